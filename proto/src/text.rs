//! Decimals, times and durations as text, without floating point.

/// Digits behind the dot of a `cosmos.Dec`.
const DEC_PLACES: usize = 18;
/// A decimal of 315 bits has 95 digits.
const MAX_DIGITS: usize = 100;
const DAY: i64 = 86_400;
const NANOS: i64 = 1_000_000_000;
/// 0001-01-01T00:00:00Z, what Go calls the zero time.
pub(crate) const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
/// What a duration may hold at most: about 292 years, the range of a Go duration.
pub(crate) const MAX_DURATION_SECONDS: i64 = i64::MAX / NANOS - 1;

/// `1500000000000000000` to `1.500000000000000000`.
pub(crate) fn dotted(atomics: &str) -> Option<String> {
    let (sign, digits) = integer(atomics)?;
    let digits = format!("{digits:0>width$}", width = DEC_PLACES.saturating_add(1));
    let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(DEC_PLACES))?;
    Some(format!("{sign}{whole}.{fraction}"))
}

/// `1.5` to `1500000000000000000`.
pub(crate) fn atomics(dotted: &str) -> Option<String> {
    let (whole, fraction) = dotted.split_once('.').unwrap_or((dotted, "0"));
    let plain =
        !fraction.is_empty() && fraction.len() <= DEC_PLACES && fraction.bytes().all(|b| b.is_ascii_digit());
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    if !plain || digits.is_empty() || digits.starts_with(['-', '+']) {
        return None;
    }
    let (sign, digits) =
        integer(&format!("{sign}{digits}{fraction:0<DEC_PLACES$}")).map(|(s, d)| (s, d.to_owned()))?;
    Some(format!("{sign}{digits}"))
}

/// Sign and digits without leading zeros; minus zero is zero.
pub(crate) fn integer(text: &str) -> Option<(&'static str, &str)> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("", text.get(1..)?),
        _ => ("", text),
    };
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { Some(("", "0")) } else { Some((sign, trimmed)) }
}

/// How many digits a fraction of a second shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fraction {
    /// 0, 3, 6 or 9, as protobuf's JSON has it.
    Thousands,
    /// As few as possible, as Go's RFC3339Nano has it.
    Shortest,
}

/// A time as RFC 3339 in UTC, from year 1 to year 9999.
pub(crate) fn timestamp(seconds: i64, nanos: i32, style: Fraction) -> Option<String> {
    if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) || !(0..NANOS).contains(&i64::from(nanos)) {
        return None;
    }
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) =
        (second.div_euclid(3600), second.rem_euclid(3600).div_euclid(60), second.rem_euclid(60));
    let fraction = fraction(nanos.unsigned_abs(), style);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

/// Seconds and nanoseconds of an RFC 3339 time.
pub(crate) fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let number = |from: usize, to: usize| text.get(from..to).and_then(digits);
    let separator = |at: usize| text.as_bytes().get(at).copied();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let separators = [separator(4)?, separator(7)?, separator(10)?, separator(13)?, separator(16)?];
    if separators != *b"--T::" || hour > 23 || minute > 59 || second > 59 || year == 0 {
        return None;
    }
    let days = days(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let rest = text.get(19..)?;
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            (nanoseconds(rest.get(..end)?)?, rest.get(end..)?)
        }
        None => (0, rest),
    };
    let of_day = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    let seconds = days.checked_mul(DAY)?.checked_add(of_day)?.checked_sub(offset(zone)?)?;
    (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some((seconds, nanos))
}

fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, hour, colon, minute) = (zone.get(0..1)?, zone.get(1..3)?, zone.get(3..4)?, zone.get(4..)?);
    let (hour, minutes) = (digits(hour)?, digits(minute)?);
    if colon != ":" || minute.len() != 2 || hour > 23 || minutes > 59 {
        return None;
    }
    let seconds = hour.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    match sign {
        "+" => Some(seconds),
        "-" => seconds.checked_neg(),
        _ => None,
    }
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    format!("{fraction:0<9}").parse().ok()
}

fn fraction(nanos: u32, style: Fraction) -> String {
    let digits = format!("{nanos:09}");
    let kept = match style {
        Fraction::Shortest => digits.trim_end_matches('0'),
        Fraction::Thousands if nanos == 0 => "",
        Fraction::Thousands => {
            let kept = digits.strip_suffix("000").unwrap_or(&digits);
            kept.strip_suffix("000").unwrap_or(kept)
        }
    };
    if kept.is_empty() { String::new() } else { format!(".{kept}") }
}

/// `3600s`, `1.500s`, `-0.000000001s`.
pub(crate) fn duration(seconds: i64, nanos: i32) -> Option<String> {
    let small =
        i64::from(nanos).abs() < NANOS && seconds.unsigned_abs() <= MAX_DURATION_SECONDS.unsigned_abs();
    if !small || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0) {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    Some(format!("{sign}{}{}s", seconds.unsigned_abs(), fraction(nanos.unsigned_abs(), Fraction::Thousands)))
}

/// Seconds and nanoseconds of `3600s`, `1.5s` or Go's `1h30m`.
pub(crate) fn parse_duration(text: &str) -> Option<(i64, i32)> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1_i128, rest),
        None => (1_i128, text),
    };
    if rest == "0" {
        return Some((0, 0));
    }
    let mut total: i128 = 0;
    while {
        let number_end = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(number_end)?;
        let unit_end = tail.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        total = total.checked_add(part(number, unit)?)?;
        rest = tail;
        !rest.is_empty()
    } {}
    let total = i64::try_from(total.checked_mul(sign)?).ok()?;
    let (seconds, nanos) = (total.checked_div(NANOS)?, total.checked_rem(NANOS)?);
    (seconds.abs() <= MAX_DURATION_SECONDS).then_some((seconds, i32::try_from(nanos).ok()?))
}

fn part(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.len() > 12 {
        return None;
    }
    let (whole, nanos) = (i128::from(digits(whole)?), i128::from(nanoseconds(fraction)?));
    let fraction = nanos.checked_mul(unit)?.checked_div(i128::from(NANOS))?;
    whole.checked_mul(unit)?.checked_add(fraction)
}

/// Year, month and day of a day counted from 1970-01-01.
#[allow(clippy::arithmetic_side_effects, reason = "callers pass days of the years 1 to 9999")]
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day, counted from 1970-01-01, of a date; inverse of `civil`.
#[allow(clippy::arithmetic_side_effects, reason = "callers pass numbers of at most four digits")]
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_gain_and_lose_their_dot() {
        for (int, dec) in [
            ("0", "0.000000000000000000"),
            ("1", "0.000000000000000001"),
            ("-5", "-0.000000000000000005"),
            ("1500000000000000000", "1.500000000000000000"),
            ("-12000000000000000000", "-12.000000000000000000"),
        ] {
            assert_eq!(dotted(int).as_deref(), Some(dec));
            assert_eq!(atomics(dec).as_deref(), Some(int));
        }
        assert_eq!(atomics("1.5").as_deref(), Some("1500000000000000000"));
        assert_eq!(atomics("7").as_deref(), Some("7000000000000000000"));
        assert_eq!(dotted("-0").as_deref(), Some("0.000000000000000000"));
        for bad in ["", ".", "1.", ".5", "--1", "1e3", "0.1234567890123456789", "1.-5", "-+1", " 1"] {
            assert_eq!(atomics(bad), None, "{bad}");
        }
        for bad in ["", "-", "+", "1.0", "a"] {
            assert_eq!(dotted(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_survive_a_round_trip() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (FIRST_SECOND, 0, "0001-01-01T00:00:00Z"),
            (LAST_SECOND, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (951_782_400, 500_000_000, "2000-02-29T00:00:00.500Z"),
            (1_700_000_000, 1_000, "2023-11-14T22:13:20.000001Z"),
        ] {
            assert_eq!(timestamp(seconds, nanos, Fraction::Thousands).as_deref(), Some(text));
            assert_eq!(parse_timestamp(text), Some((seconds, nanos)));
        }
        assert_eq!(timestamp(0, 500_000_000, Fraction::Shortest).as_deref(), Some("1970-01-01T00:00:00.5Z"));
        assert_eq!(parse_timestamp("1970-01-01T01:00:00+01:00"), Some((0, 0)));
        for bad in [
            "",
            "1970-01-01",
            "1970-13-01T00:00:00Z",
            "1970-02-30T00:00:00Z",
            "1970-01-01T00:00:00",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00+1:00",
        ] {
            assert_eq!(parse_timestamp(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_survive_a_round_trip() {
        for (seconds, nanos, text) in [
            (3600, 0, "3600s"),
            (1, 500_000_000, "1.500s"),
            (0, -1, "-0.000000001s"),
            (-2, 0, "-2s"),
            (0, 0, "0s"),
        ] {
            assert_eq!(duration(seconds, nanos).as_deref(), Some(text));
            assert_eq!(parse_duration(text), Some((seconds, nanos)));
        }
        assert_eq!(parse_duration("1h30m"), Some((5400, 0)));
        assert_eq!(parse_duration("1.5ms"), Some((0, 1_500_000)));
        for bad in ["", "5", "s", "1x", "1s ", "99999999999999s", "1.2.3s"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}
