//! Ids: a type for each kind of thing, so that none can be taken for another; all UUIDs of version 7.

pub use uuid::{Error, Uuid};

/// Makes the type of one kind's ids: `fleet_kit::id!(UserId, "user")`. Later ones sort after earlier ones.
#[macro_export]
macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("Names one ", $what, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub struct $name($crate::ids::Uuid);

        impl $name {
            /// A new one; later ones sort after earlier ones.
            pub fn fresh() -> $name {
                $name($crate::ids::Uuid::now_v7())
            }

            /// As databases with a type for it keep it.
            pub fn uuid(self) -> $crate::ids::Uuid {
                self.0
            }
        }

        impl From<$crate::ids::Uuid> for $name {
            fn from(id: $crate::ids::Uuid) -> $name {
                $name(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::Error;

            fn from_str(text: &str) -> Result<$name, $crate::ids::Error> {
                text.parse().map($name)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    crate::id!(ThingId, "thing");

    #[test]
    fn ids_are_written_read_and_sorted_by_age() {
        let (one, next) = (ThingId::fresh(), ThingId::fresh());
        assert!(one < next);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(ThingId::from(next.uuid()), next);
        assert!("no-id".parse::<ThingId>().is_err());
    }
}
