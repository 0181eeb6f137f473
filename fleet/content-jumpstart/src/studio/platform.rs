//! The five platforms, and what each demands of a post.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Where a post is to appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    Linkedin,
    X,
    Facebook,
    Instagram,
    Newsletter,
}

/// Their names, in the order posts are dealt out.
pub const PLATFORMS: [&str; 5] = ["linkedin", "x", "facebook", "instagram", "newsletter"];

impl Platform {
    /// All, in the order of [`PLATFORMS`].
    pub const ALL: [Platform; 5] =
        [Platform::Linkedin, Platform::X, Platform::Facebook, Platform::Instagram, Platform::Newsletter];

    /// As stored and in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Platform::Linkedin => "linkedin",
            Platform::X => "x",
            Platform::Facebook => "facebook",
            Platform::Instagram => "instagram",
            Platform::Newsletter => "newsletter",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Platform::Linkedin => "LinkedIn",
            Platform::X => "X",
            Platform::Facebook => "Facebook",
            Platform::Instagram => "Instagram",
            Platform::Newsletter => "Newsletter",
        }
    }

    /// Characters that a good post has there; more than the end of the range is cut off or refused by the platform.
    pub fn length(self) -> RangeInclusive<usize> {
        match self {
            Platform::Linkedin => 300..=3000,
            Platform::X => 60..=280,
            Platform::Facebook => 150..=1200,
            Platform::Instagram => 150..=2200,
            Platform::Newsletter => 350..=4000,
        }
    }
}

impl FromStr for Platform {
    type Err = ();

    fn from_str(name: &str) -> Result<Platform, ()> {
        Platform::ALL.into_iter().find(|platform| platform.as_str() == name).ok_or(())
    }
}

impl Serialize for Platform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
