//! A bounded table of what was used lately.

use indexmap::IndexMap;

/// Values under keys, in two generations: when the young one is full it takes the place of the old one, which is forgotten.
/// What is found is young again. Only looked up, so the order of the tables shows nowhere.
pub(crate) struct Generations<const N: usize, V> {
    young: IndexMap<[u8; N], (V, usize)>,
    old: IndexMap<[u8; N], (V, usize)>,
    /// Sum of the young ones' sizes.
    size: usize,
    most: usize,
}

impl<const N: usize, V: Clone> Generations<N, V> {
    /// Empty; each generation ends once the sizes of its values come to `most`.
    pub(crate) fn new(most: usize) -> Self {
        Generations { young: IndexMap::new(), old: IndexMap::new(), size: 0, most }
    }

    /// What lies under a key.
    pub(crate) fn find(&mut self, key: &[u8; N]) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (value, size) = self.old.swap_remove(key)?;
        self.insert(*key, value.clone(), size);
        Some(value)
    }

    /// Takes a value of that size up, in place of what lay under its key.
    pub(crate) fn insert(&mut self, key: [u8; N], value: V, size: usize) {
        self.remove(&key);
        self.young.insert(key, (value, size));
        self.size = self.size.saturating_add(size);
        if self.size >= self.most {
            self.turn();
        }
    }

    /// Forgets what lies under a key.
    pub(crate) fn remove(&mut self, key: &[u8; N]) {
        match self.young.swap_remove(key) {
            Some((_, size)) => self.size = self.size.saturating_sub(size),
            None => drop(self.old.swap_remove(key)),
        }
    }

    /// Ends a generation.
    pub(crate) fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
        self.size = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_is_forgotten_after_two_generations() {
        let mut table = Generations::new(10);
        table.insert([1], "used", 4);
        table.insert([2], "unused", 4);
        table.insert([3], "last of the first generation", 4);
        assert_eq!(table.find(&[1]), Some("used"));
        table.insert([4], "of the second", 6);
        assert_eq!((table.find(&[1]), table.find(&[2])), (Some("used"), None));
    }

    #[test]
    fn a_value_in_place_of_another_or_removed_counts_no_longer() {
        let mut table = Generations::new(10);
        for _ in 0..100 {
            table.insert([1], 1, 9);
            table.insert([2], 2, 0);
            table.remove(&[2]);
        }
        table.turn();
        assert_eq!((table.find(&[1]), table.find(&[2])), (Some(1), None));
        table.remove(&[1]);
        table.turn();
        table.insert([3], 3, 9);
        assert_eq!((table.find(&[1]), table.find(&[3])), (None, Some(3)));
    }
}
