//! Reproducible random numbers for test data; the same on every machine and in every version.

/// SplitMix64: G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators,
/// OOPSLA 2014.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

/// The seed of a replica's noise, 1 to 4294967295: the seed itself for the first, others for those
/// after it.
pub fn replica_seed(seed: u64, replica: usize) -> u64 {
    if replica == 0 {
        return seed;
    }
    let mixed = SplitMix64::new(seed ^ (replica as u64).rotate_left(32)).bits();
    (mixed & u64::from(u32::MAX)).max(1)
}

impl SplitMix64 {
    /// A generator with a seed.
    pub fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number from 0 to `limit - 1`; 0 for the limit 0.
    pub fn below(&mut self, limit: usize) -> usize {
        // Multiply and shift; its bias of limit / 2^64 is far below what a test could see.
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// A random state of -1 and +1.
    pub fn state(&mut self, units: usize) -> Vec<i8> {
        (0..units)
            .map(|_| if self.bits() >> 63 == 0 { -1 } else { 1 })
            .collect()
    }

    /// The pattern with exactly `round(share x length)` of its values flipped, at random places.
    pub fn flipped(&mut self, pattern: &[i8], share: f64) -> Vec<i8> {
        let count = (share.clamp(0.0, 1.0) * pattern.len() as f64).round() as usize;
        let mut places: Vec<usize> = (0..pattern.len()).collect();
        let mut state = pattern.to_vec();
        // The first steps of a Fisher-Yates shuffle choose the places.
        for chosen in 0..count.min(places.len()) {
            let other = chosen + self.below(places.len() - chosen);
            places.swap(chosen, other);
            if let Some(value) = places.get(chosen).and_then(|&place| state.get_mut(place)) {
                *value = -*value;
            }
        }
        state
    }
}
