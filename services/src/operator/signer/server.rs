//! The signer's side of the socket.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use client::offchain::{Judgement, commit, reveal};
use nix::sys::stat::{Mode, umask};
use prost::Message as _;
use proto::address::ValAddress;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};

use super::{Answer, Keys, Member, Own, PATIENCE, Question, Said, book::Book, receive, send};
use crate::{
    error::{Error, Result},
    folder::Folder,
};

/// Questions that are answered side by side.
const MAX_OPEN: usize = 16;

struct Signer {
    chain_id: String,
    members: BTreeMap<ValAddress, Own>,
    book: Book,
}

/// Signs for these members, on one chain, until `stop` is done. `folder` is this signer's alone.
///
/// # Errors
/// If the folder or the socket cannot be used.
pub async fn serve(
    members: Vec<Member>,
    chain_id: String,
    folder: &Path,
    socket: &Path,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let own = |member: Member| match member.keys {
        Keys::Own(own) => Some((member.operator, *own)),
        Keys::Apart(_) => None,
    };
    let members: BTreeMap<_, _> = members.into_iter().filter_map(own).collect();
    let book = Book::open(Folder::claim(folder)?)?;
    let listener = listen(socket)?;
    tracing::info!(socket = %socket.display(), members = members.len(), chain_id, "signer at work");
    let signer = Arc::new(Signer { chain_id, members, book });
    let open = Arc::new(Semaphore::new(MAX_OPEN));
    tokio::pin!(stop);
    loop {
        let turn = Arc::clone(&open).acquire_owned().await.expect("never closed");
        tokio::select! {
            () = &mut stop => break,
            came = listener.accept() => {
                let Ok((stream, _)) = came else { continue };
                let signer = Arc::clone(&signer);
                tokio::spawn(async move {
                    let served = timeout(PATIENCE, signer.serve(stream)).await;
                    if let Ok(Err(error)) = served {
                        tracing::warn!(%error, "a question was not answered");
                    }
                    drop(turn);
                });
            }
        }
    }
    fs::remove_file(socket).map_err(Error::at(socket))
}

/// Nobody but this user may open the socket, from its first moment on.
fn listen(socket: &Path) -> Result<UnixListener> {
    match fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::at(socket)(error)),
        _ => {} // whatever an earlier run left; the folder's lock says that none runs
    }
    let before = umask(Mode::from_bits_truncate(0o177));
    let listener = UnixListener::bind(socket);
    umask(before);
    let listener = listener.map_err(Error::at(socket))?;
    fs::set_permissions(socket, fs::Permissions::from_mode(0o600)).map_err(Error::at(socket))?;
    Ok(listener)
}

impl Signer {
    async fn serve(&self, mut stream: UnixStream) -> std::io::Result<()> {
        let question: Question = receive(&mut stream).await?;
        let answer = self.answer(question).unwrap_or_else(|error| {
            tracing::error!(%error, "refused");
            Answer::Refused(error.to_string())
        });
        send(&mut stream, &answer).await
    }

    fn answer(&self, question: Question) -> Result<Answer> {
        Ok(match question {
            Question::Members => Answer::Members(self.members.keys().map(ToString::to_string).collect()),
            Question::Commit(said) => {
                let (own, judgement) = self.allowed(&said)?;
                Answer::Signed(hex::encode(commit(&judgement, &own.attestation).encode_to_vec()))
            }
            Question::Reveal(said) => {
                let (own, judgement) = self.allowed(&said)?;
                Answer::Signed(hex::encode(reveal(&judgement, &own.attestation).encode_to_vec()))
            }
            Question::Open { member, wrapped } => {
                let wrapped = hex::decode(wrapped).unwrap_or_default();
                Answer::Key(self.own(&member)?.opener.unwrap(&wrapped).map(|key| hex::encode(key.expose())))
            }
        })
    }

    fn own(&self, member: &str) -> Result<&Own> {
        let own = member.parse().ok().and_then(|member: ValAddress| self.members.get(&member));
        own.ok_or_else(|| Error::Refused(format!("this signer has no keys of {member:?}")))
    }

    /// A ballot that may be signed, and its member's keys.
    fn allowed(&self, said: &Said) -> Result<(&Own, Judgement)> {
        if said.chain_id != self.chain_id {
            let (other, own) = (&said.chain_id, &self.chain_id);
            return Err(Error::Refused(format!("this signer is for chain {own:?}, not {other:?}")));
        }
        let own = self.own(&said.member)?;
        let judgement = said.judgement()?;
        self.book.allow(&Said::from(&judgement))?;
        Ok((own, judgement))
    }
}
