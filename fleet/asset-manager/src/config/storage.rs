//! Where files are kept: a bucket if one is named, else a folder.

use std::path::{Path, PathBuf};

use fleet_kit::config::{Profile, Reader};

use crate::media::Place;

/// Reads `S3_*`, the keys and `MEDIA_FOLDER`. Production keeps no files on an instance's disk unless told to.
pub(super) fn read(reader: &mut Reader, profile: Profile, home: &Path) -> Place {
    let folder = reader.text("MEDIA_FOLDER");
    let (bucket, region) = (reader.text("S3_BUCKET"), reader.text("S3_REGION"));
    let endpoint = reader.text("S3_ENDPOINT");
    let keys = (reader.text("AWS_ACCESS_KEY_ID"), reader.secret("AWS_SECRET_ACCESS_KEY"));
    match (&bucket, &region) {
        (Some(_), None) => reader.fault("S3_REGION", "is missing beside `S3_BUCKET`; set both or none"),
        (None, Some(_)) => reader.fault("S3_BUCKET", "is missing beside `S3_REGION`; set both or none"),
        (None, None) if profile == Profile::Production && folder.is_none() => reader.fault(
            "S3_BUCKET",
            "is missing: production keeps media in a bucket (with `S3_REGION`), or in the folder that `MEDIA_FOLDER` names",
        ),
        (Some(_), Some(_)) if folder.is_some() => {
            reader.fault("MEDIA_FOLDER", "is set beside `S3_BUCKET`; media has one place, remove one of them");
        }
        _ => {}
    }
    if let Some(endpoint) =
        endpoint.as_ref().filter(|text| !text.starts_with("http://") && !text.starts_with("https://"))
    {
        reader.fault("S3_ENDPOINT", format!("is `{endpoint}`; give an address like `https://s3.example`"));
    }
    if endpoint.is_some() && bucket.is_none() {
        reader.fault("S3_BUCKET", "is missing beside `S3_ENDPOINT`");
    }
    let keys = match keys {
        (Some(id), Some(secret)) => Some((id, secret)),
        (Some(_), None) => {
            reader.fault("AWS_SECRET_ACCESS_KEY", "is missing beside `AWS_ACCESS_KEY_ID`; set both or none");
            None
        }
        (None, Some(_)) => {
            reader.fault("AWS_ACCESS_KEY_ID", "is missing beside `AWS_SECRET_ACCESS_KEY`; set both or none");
            None
        }
        (None, None) => None,
    };
    match (bucket, region) {
        (Some(bucket), Some(region)) => Place::Bucket { bucket, region, endpoint, keys },
        _ => Place::Folder(folder.map_or_else(|| home.join("media"), PathBuf::from)),
    }
}
