//! A landscape: sky, light, ridges, water, decided by the words and their hash.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use sha2::{Digest, Sha256};

use super::palette::{Colour, Palette, mix};

/// The picture could not be written as PNG.
#[derive(Debug)]
pub struct PaintError(image::ImageError);

impl std::fmt::Display for PaintError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "writing the picture as PNG: {}", self.0)
    }
}

impl std::error::Error for PaintError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// What the hash decides.
struct Scene {
    palette: Palette,
    seed: u32,
    /// Share of the height that is sky.
    horizon: f32,
    /// The sun or moon: place and radius in heights.
    light: (f32, f32, f32),
    ridges: u32,
    roughness: f32,
}

impl Scene {
    fn of(prompt: &str) -> Scene {
        let hash = Sha256::digest(prompt.trim().to_lowercase().as_bytes());
        let chance = |index: usize| f32::from(hash[index]) / 255.0;
        Scene {
            palette: Palette::of(prompt, hash[0]),
            seed: u32::from_le_bytes([hash[1], hash[2], hash[3], hash[4]]),
            horizon: 0.5 + 0.18 * chance(5),
            light: (0.12 + 0.76 * chance(6), 0.12 + 0.28 * chance(7), 0.04 + 0.06 * chance(8)),
            ridges: 3 + u32::from(hash[9] % 4),
            roughness: 1.5 + 3.0 * chance(10),
        }
    }

    /// The colour at `x` (in heights) and `y` (0 to 1); `width` is in heights, too.
    fn colour(&self, x: f32, y: f32, width: f32) -> Colour {
        for ridge in (0..self.ridges).rev() {
            if y > self.crest(ridge, x) {
                return self.ground(ridge, x, y);
            }
        }
        if self.palette.water && y > self.horizon { self.water(x, y, width) } else { self.sky(x, y, width) }
    }

    /// How high the ridge's edge is at `x`; the last ridge is the nearest.
    fn crest(&self, ridge: u32, x: f32) -> f32 {
        let depth = (ridge as f32 + 1.0) / self.ridges as f32;
        let base =
            if self.palette.water { self.horizon + 0.03 + 0.42 * depth * depth } else { self.horizon + 0.34 * depth };
        let seed = self.seed.wrapping_add(ridge * 7919);
        base - (fractal(x * self.roughness * (0.6 + depth), 0.0, seed) - 0.5) * (0.30 - 0.14 * depth)
    }

    fn ground(&self, ridge: u32, x: f32, y: f32) -> Colour {
        let depth = ridge as f32 / (self.ridges - 1).max(1) as f32;
        let base = mix(self.palette.far, self.palette.near, depth);
        let grain = fractal(x * 14.0, y * 26.0, self.seed ^ 0x5bd1) - 0.5;
        let haze = mix(base, self.palette.sky_low, (y - self.crest(ridge, x)) * 0.9 * (1.0 - depth));
        haze.map(|channel| channel * (1.0 + 0.28 * grain))
    }

    fn water(&self, x: f32, y: f32, width: f32) -> Colour {
        let mirrored = self.sky(x, 2.0 * self.horizon - y, width);
        let ripple = fractal(x * 5.0, y * 60.0, self.seed ^ 0x77) - 0.5;
        let path = (-((x - self.light.0 * width) / 0.09).powi(2)).exp() * (0.35 + ripple);
        mix(mix(mirrored, self.palette.near, 0.35 + 0.3 * ripple), self.palette.light, path)
    }

    fn sky(&self, x: f32, y: f32, width: f32) -> Colour {
        let gradient = mix(self.palette.sky_top, self.palette.sky_low, (y / self.horizon).powf(1.3));
        let cloud = ((fractal(x * 2.2, y * 6.0, self.seed ^ 0x1234) - 0.5) * 3.2).clamp(0.0, 1.0);
        let clouded = mix(gradient, self.palette.light, cloud * if self.palette.night { 0.10 } else { 0.5 });
        let distance = ((x - self.light.0 * width).powi(2) + (y - self.light.1).powi(2)).sqrt();
        let glow = (-(distance / (self.light.2 * 3.0)).powi(2)).exp() * 0.55;
        let disc = ((self.light.2 - distance) * 160.0).clamp(0.0, 1.0);
        let lit = mix(clouded, self.palette.light, glow.max(disc));
        if self.palette.night && noise((x * 420.0) as i32, (y * 420.0) as i32, self.seed) > 0.9965 {
            return mix(lit, self.palette.light, 0.9);
        }
        lit
    }
}

/// A PNG of `width` by `height` pixels (1 or more each) for the words of `prompt`.
pub fn paint(prompt: &str, width: u32, height: u32) -> Result<Vec<u8>, PaintError> {
    let scene = Scene::of(prompt);
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (column as f32 / height as f32, row as f32 / height as f32);
            let colour = scene.colour(x, y, width as f32 / height as f32);
            // Half a step of noise keeps gradients from showing bands.
            let dither = noise(column as i32, row as i32, scene.seed ^ 0xd17e) - 0.5;
            pixels.extend(colour.map(|channel| (channel * 255.0 + dither).round().clamp(0.0, 255.0) as u8));
        }
    }
    let mut bytes = Vec::new();
    let encoded = PngEncoder::new(&mut bytes).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    encoded.map(|()| bytes).map_err(PaintError)
}

/// Four octaves of smooth noise, about 0 to 1.
fn fractal(x: f32, y: f32, seed: u32) -> f32 {
    let mut sum = 0.0;
    let (mut scale, mut weight) = (1.0, 0.533);
    for octave in 0..4 {
        sum += weight * smooth(x * scale, y * scale, seed.wrapping_add(octave));
        (scale, weight) = (scale * 2.0, weight * 0.5);
    }
    sum
}

fn smooth(x: f32, y: f32, seed: u32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |share: f32| share * share * (3.0 - 2.0 * share);
    let (across, down) = (ease(x - left), ease(y - top));
    let (column, row) = (left as i32, top as i32);
    let between = |a: f32, b: f32, share: f32| a + (b - a) * share;
    let upper = between(noise(column, row, seed), noise(column + 1, row, seed), across);
    let lower = between(noise(column, row + 1, seed), noise(column + 1, row + 1, seed), across);
    between(upper, lower, down)
}

/// A value from 0 to 1 that belongs to the place.
fn noise(column: i32, row: i32, seed: u32) -> f32 {
    let mut hash = (column as u32).wrapping_mul(0x9e37_79b1)
        ^ (row as u32).wrapping_mul(0x85eb_ca77)
        ^ seed.wrapping_mul(0xc2b2_ae3d);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    hash = (hash ^ (hash >> 12)).wrapping_mul(0x297a_2d39);
    (hash ^ (hash >> 15)) as f32 / u32::MAX as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(prompt: &str) -> Vec<u8> {
        paint(prompt, 96, 64).unwrap()
    }

    #[test]
    fn a_prompt_gives_its_own_picture_again_and_again() {
        let harbour = painted("A harbour at dusk");
        assert_eq!(harbour, painted("A harbour at dusk"));
        assert_ne!(harbour, painted("A forest in the rain"));
        assert_ne!(harbour, painted("A harbour at dawn"));
        let picture = image::load_from_memory(&harbour).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (96, 64));
        let colours: std::collections::HashSet<_> = picture.pixels().collect();
        assert!(colours.len() > 500, "{} colours are too few for a painting", colours.len());
    }
}
