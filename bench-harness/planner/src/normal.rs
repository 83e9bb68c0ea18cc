//! The standard normal law, and the quantile of Student's that intervals take. Not here: laws of times (see
//! [`crate::domain::time`]).
//!
//! The quantile is Wichura's AS 241 (PPND16), *Applied Statistics* 37 (1988): about 16 correct digits, and in the central
//! 85 % no logarithm, which is what makes a draw cheap. `libm` and not the platform's functions, so that
//! one seed gives one stream on every machine.

use statrs::distribution::{ContinuousCDF, StudentsT};

const CENTRE_P: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_Q: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_855,
];
const SHOULDER_P: [f64; 8] = [
    1.423_437_110_749_683_6,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const SHOULDER_Q: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_P: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_Q: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// `z` with `Φ(z) = q`, for `0 < q < 1`; q = 0, which a uniform stream can draw, gives the value at 2⁻⁵⁴.
pub(crate) fn quantile(q: f64) -> f64 {
    let from_centre = q - 0.5;
    if from_centre.abs() <= 0.425 {
        let r = 0.180_625 - from_centre * from_centre;
        return from_centre * horner(&CENTRE_P, r) / horner(&CENTRE_Q, r);
    }
    let tail = if from_centre < 0.0 { q } else { 1.0 - q };
    let r = libm::sqrt(-libm::log(tail.max(f64::EPSILON / 4.0)));
    let z = if r <= 5.0 {
        horner(&SHOULDER_P, r - 1.6) / horner(&SHOULDER_Q, r - 1.6)
    } else {
        horner(&TAIL_P, r - 5.0) / horner(&TAIL_Q, r - 5.0)
    };
    if from_centre < 0.0 { -z } else { z }
}

/// `Φ(z)`, the fraction of the standard normal law below `z`.
pub(crate) fn cdf(z: f64) -> f64 {
    libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The 97.5 % quantile of Student's t with `freedom` degrees of freedom; NaN unless above 0.
pub(crate) fn t_975(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, &c| sum * x + c)
}

#[cfg(test)]
mod tests {
    use super::quantile;
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn it_inverts_the_normal_law() {
        let normal = Normal::new(0.0, 1.0).unwrap();
        for q in [1e-15, 1e-9, 1e-4, 0.01, 0.07, 0.08, 0.3, 0.5, 0.77, 0.93, 0.99, 0.999_999] {
            let back = normal.cdf(quantile(q));
            assert!((back / q - 1.0).abs() < 2e-10, "{q}: {back}");
        }
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((quantile(1e-12) + 7.034_483_825_301_131).abs() < 1e-12);
    }

    #[test]
    fn it_is_finite_and_rises() {
        let mut last = quantile(0.0);
        assert!(last.is_finite());
        for i in 1..10_000 {
            let z = quantile(f64::from(i) / 10_000.0);
            assert!(z > last, "at {i}");
            last = z;
        }
    }
}
