//! Pictures: decoded within limits before they are kept, turned upright, made small.

use std::io::{BufRead, Seek};
use std::num::NonZeroUsize;

use fast_image_resize::{IntoImageView, PixelType, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, codecs::jpeg::JpegEncoder};

/// Longer edge of a thumbnail, in pixels.
const THUMBNAIL_EDGE: u32 = 480;
const EDGE_MOST: u32 = 12_000;
/// 24 megapixels: what a picture of three bytes a pixel takes, decoded, stays below 80 MB.
const PIXELS_MOST: u64 = 24_000_000;
const DECODED_BYTES_MOST: u64 = 128 << 20;

/// A sound picture.
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Ready to be stored.
    pub thumbnail: Vec<u8>,
}

/// Why a picture is not taken; for the client.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// More pixels than are worth decoding, whatever the file's size.
    #[error("the picture has {width} × {height} pixels; give at most {EDGE_MOST} on an edge and 24 million in all")]
    TooManyPixels { width: u32, height: u32 },
    /// Cut off, not what it says, or too much to decode.
    #[error("the picture is damaged or cannot be decoded: {0}")]
    Damaged(String),
}

fn damaged(error: impl std::fmt::Display) -> PictureError {
    PictureError::Damaged(error.to_string())
}

/// Decodes the whole picture, so that a damaged one is known now rather than on somebody's page.
pub fn examine(file: impl BufRead + Seek) -> Result<Picture, PictureError> {
    let mut reader = ImageReader::new(file).with_guessed_format().map_err(damaged)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MOST);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let is_fit = |edge: u32| (1..=EDGE_MOST).contains(&edge);
    if !is_fit(width) || !is_fit(height) || u64::from(width) * u64::from(height) > PIXELS_MOST {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let turned = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let thumbnail = small(&picture).map_err(damaged)?;
    drop(std::mem::take(&mut picture));
    let mut thumbnail = thumbnail;
    thumbnail.apply_orientation(turned);
    let (width, height) = if turned_on_its_side(turned) { (height, width) } else { (width, height) };
    Ok(Picture { width, height, thumbnail: encoded(&thumbnail).map_err(damaged)? })
}

fn turned_on_its_side(turned: image::metadata::Orientation) -> bool {
    use image::metadata::Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(turned, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn small(picture: &DynamicImage) -> Result<DynamicImage, Box<dyn std::error::Error>> {
    let (width, height) = (picture.width(), picture.height());
    let scale = f64::from(THUMBNAIL_EDGE) / f64::from(width.max(height));
    if scale >= 1.0 {
        return Ok(eight_bits(picture.clone()));
    }
    let edge = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    let picture = if picture.pixel_type().is_some_and(is_eight_bits) {
        std::borrow::Cow::Borrowed(picture)
    } else {
        std::borrow::Cow::Owned(eight_bits(picture.clone()))
    };
    let mut small = DynamicImage::new(edge(width), edge(height), picture.color());
    Resizer::new().resize(picture.as_ref(), &mut small, &ResizeOptions::new())?;
    Ok(small)
}

fn is_eight_bits(pixel: PixelType) -> bool {
    matches!(pixel, PixelType::U8 | PixelType::U8x2 | PixelType::U8x3 | PixelType::U8x4)
}

fn eight_bits(picture: DynamicImage) -> DynamicImage {
    if picture.color().has_alpha() { picture.into_rgba8().into() } else { picture.into_rgb8().into() }
}

/// PNG where something shows through, else JPEG.
fn encoded(picture: &DynamicImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 82))?;
    }
    Ok(bytes.into_inner())
}

/// How many pictures are decoded at the same time; each may take [`DECODED_BYTES_MOST`].
pub const AT_ONCE: NonZeroUsize = NonZeroUsize::MIN;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_gets_a_thumbnail_of_its_shape() {
        let picture = examine(Cursor::new(png(1200, 600))).unwrap();
        assert_eq!((picture.width, picture.height), (1200, 600));
        let small = image::load_from_memory(&picture.thumbnail).unwrap();
        assert_eq!((small.width(), small.height()), (480, 240));
    }

    #[test]
    fn cut_off_pictures_and_bombs_are_refused() {
        let whole = png(64, 64);
        assert!(matches!(examine(Cursor::new(&whole[..whole.len() / 2])), Err(PictureError::Damaged(_))));
        // A header that promises far more than the file holds.
        let mut bomb = whole.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        assert!(examine(Cursor::new(&bomb)).is_err());
    }
}
