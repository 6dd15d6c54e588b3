use std::os::unix::fs::PermissionsExt as _;

use client::Secret;
use tokio::task::JoinHandle;

use super::*;

fn member() -> Member {
    Member::new(&Secret::from_slice(&[7; 32]).unwrap(), 0)
}

fn judgement(score: u32) -> Judgement {
    Judgement {
        chain_id: "lazchain-7".into(),
        task: 9,
        round: 1,
        member: member().operator,
        verdict: pb::Verdict::Accept,
        score,
        report: [3; 32],
    }
}

/// Runs until the task is aborted, as if it was killed.
async fn signer(folder: &std::path::Path) -> (JoinHandle<Result<()>>, PathBuf) {
    let (folder, socket) = (folder.to_owned(), folder.join("socket"));
    let at = socket.clone();
    let served = tokio::spawn(async move {
        serve(vec![member()], "lazchain-7".into(), &folder, &at, std::future::pending()).await
    });
    while UnixStream::connect(&socket).await.is_err() {
        assert!(!served.is_finished(), "the signer ended");
        tokio::task::yield_now().await;
    }
    (served, socket)
}

#[tokio::test]
async fn a_signer_signs_as_its_keys_would_and_never_a_second_ballot_even_when_it_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (served, socket) = signer(folder.path()).await;
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the socket is its user's alone");
    let (own, apart) = (member().keys, Member::apart(socket).await.unwrap().remove(0));
    assert_eq!(apart.operator, member().operator);
    let apart = apart.keys;
    let first = judgement(8_200);
    assert_eq!(apart.commit(&first).await.unwrap(), own.commit(&first).await.unwrap());
    assert_eq!(apart.reveal(&first).await.unwrap(), own.reveal(&first).await.unwrap());
    served.abort();
    assert!(served.await.is_err());
    let (_again, _) = signer(folder.path()).await;
    let other = judgement(8_100);
    for refused in [apart.commit(&other).await.err(), apart.reveal(&other).await.err()] {
        let error = refused.unwrap();
        assert!(matches!(&error, Error::Refused(why) if why.contains("signs nothing else there")), "{error}");
    }
    assert_eq!(apart.reveal(&first).await.unwrap(), own.reveal(&first).await.unwrap());
    apart.commit(&Judgement { round: 2, ..other }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_different_ballots_at_once_a_signer_signs_one() {
    let folder = tempfile::tempdir().unwrap();
    let (_served, socket) = signer(folder.path()).await;
    let ask = |score: u32| {
        let apart = Keys::Apart(socket.clone());
        tokio::spawn(async move { apart.commit(&judgement(score)).await.is_ok() })
    };
    let mut signed = 0;
    for asked in (0..12).map(ask).collect::<Vec<_>>() {
        signed += u32::from(asked.await.unwrap());
    }
    assert_eq!(signed, 1);
}

#[tokio::test]
async fn another_spelling_of_a_member_is_no_other_member() {
    let folder = tempfile::tempdir().unwrap();
    let (_served, socket) = signer(folder.path()).await;
    Keys::Apart(socket.clone()).commit(&judgement(8_200)).await.unwrap();
    let said = Said::from(&judgement(8_100));
    let loud = Said { member: said.member.to_uppercase(), ..said };
    assert!(loud.judgement().is_ok(), "it can be read");
    let error = ask(&socket, &Question::Commit(loud)).await.unwrap_err().to_string();
    assert!(error.contains("signs nothing else there"), "{error}");
}

#[tokio::test]
async fn a_signer_signs_for_its_own_members_and_chain_and_survives_nonsense() {
    let folder = tempfile::tempdir().unwrap();
    let (_served, socket) = signer(folder.path()).await;
    let apart = Keys::Apart(socket.clone());
    let stranger = Member::new(&Secret::from_slice(&[8; 32]).unwrap(), 0).operator;
    let foreign = Judgement { chain_id: "lazchain-8".into(), ..judgement(1) };
    for (wrong, words) in
        [(Judgement { member: stranger, ..judgement(1) }, "no keys of"), (foreign, "is for chain")]
    {
        let error = apart.commit(&wrong).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    for nonsense in ["{}\n", "\n", "{\"commit\":1}\n", "x"] {
        let mut stream = UnixStream::connect(&socket).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "", "{nonsense:?}");
    }
    let Keys::Own(own) = member().keys else { panic!("its own") };
    let key = DataKey::generate();
    let opened = apart.open(&member().operator, &key.wrap(&own.opener.public())).await.unwrap();
    assert_eq!(opened.unwrap().expose(), key.expose());
    assert!(apart.open(&member().operator, b"nothing").await.unwrap().is_none());
    let nowhere = Keys::Apart(folder.path().join("nowhere"));
    assert!(matches!(nowhere.commit(&judgement(1)).await, Err(Error::Signer(_))));
}
