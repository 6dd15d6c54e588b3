//! Traces of persons in text: e-mail addresses, telephone numbers, card numbers, bank accounts, US social security numbers.

use regex::Regex;

/// Finds them.
pub(super) struct Finder {
    email: Regex,
    phone: Regex,
    card: Regex,
    iban: Regex,
    social: Regex,
}

impl Finder {
    pub(super) fn new() -> Finder {
        let regex = |text: &str| Regex::new(text).expect("a constant that compiles");
        Finder {
            email: regex(r"(?i)\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24}\b"),
            phone: regex(r"\+[1-9][0-9]{1,2}[ -]?(?:[0-9][ -]?){6,11}[0-9]\b"),
            card: regex(r"\b[3-6][0-9]{3}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}\b"),
            iban: regex(r"\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b"),
            social: regex(r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b"),
        }
    }

    /// What kind of trace a text has, the first that is found.
    pub(super) fn kind(&self, text: &str) -> Option<&'static str> {
        if text.contains('@') && self.email.is_match(text) {
            return Some("email");
        }
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if text.contains('+') && self.phone.is_match(text) {
            return Some("phone");
        }
        if text.contains('-') && self.social.is_match(text) {
            return Some("social_security");
        }
        if self.iban.find_iter(text).any(|found| is_iban(found.as_str())) {
            return Some("bank_account");
        }
        self.card.find_iter(text).any(|found| is_card(found.as_str())).then_some("card")
    }
}

/// By the check digit of ISO/IEC 7812 (Luhn).
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// By the check digits of ISO 13616 (remainder 1 modulo 97).
fn is_iban(text: &str) -> bool {
    let (front, rest) = text.split_at(4);
    let value = |c: char| c.to_digit(36).unwrap_or(0);
    let fold = |sum: u32, c: char| match value(c) {
        digit @ 0..10 => (sum * 10 + digit) % 97,
        letter => (sum * 100 + letter) % 97,
    };
    rest.chars().chain(front.chars()).fold(0, fold) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_of_persons_are_told_from_plain_numbers() {
        let finder = Finder::new();
        for (text, kind) in [
            ("write to ada.l@example.org today", Some("email")),
            ("+41 44 668 18 00", Some("phone")),
            ("078-05-1120", Some("social_security")),
            ("4111 1111 1111 1111", Some("card")),
            ("DE89370400440532013000", Some("bank_account")),
            ("4111 1111 1111 1112", None),
            ("DE89370400440532013001", None),
            ("17.99,10.38,122.8,1001.0,0.1184,0.2776", None),
            ("1234567890123", None),
            ("mean radius @ rest", None),
        ] {
            assert_eq!(finder.kind(text), kind, "{text}");
        }
    }
}
