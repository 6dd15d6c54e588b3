//! A file is encrypted for whoever is handed its key, described, and sealed; then a grantee opens it. Asks nobody.
//!
//! `cargo run -p lazchain-client --example seal -- FILE`
#![allow(clippy::print_stdout, reason = "an example")]

use std::{
    error::Error,
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
};

use client::{
    Secret,
    offchain::{
        opener, read,
        sealed::{DataKey, decrypt, encrypt},
    },
};
use lazchain_client as client;
use proto::signed;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("give a file")?;
    let sealed = format!("{file}.sealed");

    // encrypted once, in memory that does not grow with the file
    let key = DataKey::generate();
    let mut to = BufWriter::new(File::create(&sealed)?);
    encrypt(&key, &mut BufReader::new(File::open(&file)?), &mut to, |_| ())?;
    to.flush()?;

    // what the chain will know of it: the manifest is of the encrypted bytes
    let content = read(sealed.as_ref(), |_| ())?;
    println!("{} bytes, root {}", content.size, hex::encode(content.merkle_root));

    // laid on the content before it is shown, so that nobody can run ahead
    let (owner, salt) = (Secret::from_slice(&[7; 32])?, [1; 32]);
    let seal = signed::seal(&content.sha256, &owner.public().address(), &salt);
    println!("seal {}", hex::encode(seal));

    // the grantee registers a public key, the owner wraps the data key to it, and nobody else can unwrap it
    let grantee = opener(&Secret::from_slice(&[8; 32])?, 0);
    let wrapped = key.wrap(&grantee.public());
    let theirs = grantee.unwrap(&wrapped).ok_or("wrapped for somebody else")?;
    let mut opened = Vec::new();
    decrypt(&theirs, &mut File::open(&sealed)?, &mut opened)?;
    println!("opened: {}", opened == fs::read(&file)?);
    Ok(())
}
