//! The end of a stream: the receipt is read there, and kept from the client.

use crate::channel::receipt_event;

/// A stream whose end may be the receipt, and must not be passed on then.
#[derive(Default)]
pub(super) struct Tail {
    /// All that came.
    pub(super) whole: Vec<u8>,
    /// How much of it was passed on.
    passed: usize,
}

impl Tail {
    fn mark() -> Vec<u8> {
        receipt_event().into_bytes()
    }

    /// What may be passed on now: all up to where the receipt may have begun.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.whole.extend_from_slice(piece);
        let mark = Tail::mark();
        let unsure = self.whole[self.passed..].windows(mark.len()).position(|window| window == mark);
        let to = match unsure {
            Some(at) => self.passed + at,
            // its beginning may be all that came so far
            None => {
                let longest = (1..mark.len()).rev().find(|length| self.whole.ends_with(&mark[..*length]));
                (self.whole.len() - longest.unwrap_or(0)).max(self.passed)
            }
        };
        let now = self.whole[self.passed..to].to_vec();
        self.passed = to;
        now
    }

    /// What is left to pass on, the body, and the receipt.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<u8>, Option<String>) {
        let rest = &self.whole[self.passed..];
        match rest.strip_prefix(Tail::mark().as_slice()) {
            Some(receipt) => {
                let receipt = String::from_utf8_lossy(receipt).trim().to_owned();
                (Vec::new(), self.whole[..self.passed].to_vec(), Some(receipt))
            }
            None => (rest.to_vec(), self.whole.clone(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receipt_at_the_end_of_a_stream_is_kept_back_however_it_is_cut() {
        let body = b"data: {\"a\":1}\n\ndata: [DONE]\n\n";
        let whole = [body.as_slice(), &Tail::mark(), b"UkVDRUlQVA==\n\n"].concat();
        for size in 1..whole.len() {
            let (mut tail, mut passed) = (Tail::default(), Vec::new());
            whole.chunks(size).for_each(|piece| passed.extend(tail.push(piece)));
            let (rest, seen, receipt) = tail.finish();
            passed.extend(rest);
            assert_eq!(
                (passed.as_slice(), seen.as_slice()),
                (body.as_slice(), body.as_slice()),
                "pieces of {size}"
            );
            assert_eq!(receipt.as_deref(), Some("UkVDRUlQVA=="));
        }
        let mut tail = Tail::default();
        let passed = tail.push(body);
        let (rest, seen, receipt) = tail.finish();
        assert_eq!(([passed, rest].concat(), seen, receipt), (body.to_vec(), body.to_vec(), None));
    }
}
