// Makes sdk.jsonl, signdocs.jsonl and keys.jsonl with the Cosmos SDK itself: for random contents of every message type the bytes that
// gogoproto writes, the JSON that the REST gateway writes, and the amino JSON that x/tx writes. See ../README.md.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	_ "cosmossdk.io/api/cosmos/bank/v1beta1"
	_ "cosmossdk.io/api/cosmos/consensus/v1"
	_ "cosmossdk.io/api/cosmos/crypto/ed25519"
	_ "cosmossdk.io/api/cosmos/crypto/secp256k1"
	_ "cosmossdk.io/api/cosmos/distribution/v1beta1"
	_ "cosmossdk.io/api/cosmos/evidence/v1beta1"
	_ "cosmossdk.io/api/cosmos/gov/v1"
	_ "cosmossdk.io/api/cosmos/gov/v1beta1"
	_ "cosmossdk.io/api/cosmos/mint/v1beta1"
	_ "cosmossdk.io/api/cosmos/slashing/v1beta1"
	_ "cosmossdk.io/api/cosmos/staking/v1beta1"
	_ "cosmossdk.io/api/cosmos/vesting/v1beta1"
	"cosmossdk.io/api/amino"
	signingv1beta1 "cosmossdk.io/api/cosmos/tx/signing/v1beta1"
	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	"cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/tx/signing/aminojson"
	"cosmossdk.io/x/tx/signing/direct"
	cosmos_proto "github.com/cosmos/cosmos-proto"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	_ "github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	_ "github.com/cosmos/cosmos-sdk/client/grpc/node"
	_ "github.com/cosmos/cosmos-sdk/types/tx"
	_ "github.com/cosmos/cosmos-sdk/x/auth/types"
	_ "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	_ "github.com/cosmos/cosmos-sdk/x/authz"
	_ "github.com/cosmos/cosmos-sdk/x/bank/types"
	_ "github.com/cosmos/cosmos-sdk/x/consensus/types"
	_ "github.com/cosmos/cosmos-sdk/x/distribution/types"
	_ "github.com/cosmos/cosmos-sdk/x/genutil/types"
	_ "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	_ "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	_ "github.com/cosmos/cosmos-sdk/x/mint/types"
	_ "github.com/cosmos/cosmos-sdk/x/slashing/types"
	_ "github.com/cosmos/cosmos-sdk/x/staking/types"
	gogo "github.com/cosmos/gogoproto/gogoproto"
	"github.com/cosmos/gogoproto/jsonpb"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/runtime/protoimpl"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
)

var rnd = rand.New(rand.NewSource(1))

var packages = []string{
	"cosmos.auth.v1beta1", "cosmos.authz.v1beta1", "cosmos.bank.v1beta1", "cosmos.base.abci.v1beta1", "cosmos.base.node.v1beta1",
	"cosmos.base.query.v1beta1", "cosmos.base.tendermint.v1beta1", "cosmos.base.v1beta1", "cosmos.consensus.v1", "cosmos.crypto.ed25519",
	"cosmos.crypto.multisig", "cosmos.crypto.multisig.v1beta1", "cosmos.crypto.secp256k1", "cosmos.distribution.v1beta1",
	"cosmos.genutil.v1beta1", "cosmos.gov.v1", "cosmos.gov.v1beta1", "cosmos.mint.v1beta1", "cosmos.slashing.v1beta1",
	"cosmos.staking.v1beta1", "cosmos.tx.signing.v1beta1", "cosmos.tx.v1beta1", "cosmos.vesting.v1beta1", "tendermint.types",
	"tendermint.version", "tendermint.p2p", "tendermint.crypto",
}

// What random Anys hold.
var inAny = []protoreflect.FullName{
	"cosmos.crypto.secp256k1.PubKey", "cosmos.bank.v1beta1.MsgSend", "cosmos.gov.v1beta1.TextProposal", "cosmos.staking.v1beta1.MsgDelegate",
	"cosmos.auth.v1beta1.BaseAccount", "cosmos.crypto.ed25519.PubKey",
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func pick[T any](list ...T) T { return list[rnd.Intn(len(list))] }

func digits(n int) string {
	s := fmt.Sprint(1 + rnd.Intn(9))
	for i := rnd.Intn(n); i > 0; i-- {
		s += fmt.Sprint(rnd.Intn(10))
	}
	return s
}

func stringOption(fd protoreflect.FieldDescriptor, x protoreflect.ExtensionType) string {
	if proto.HasExtension(fd.Options(), x) {
		return proto.GetExtension(fd.Options(), x).(string)
	}
	return ""
}

var customType, castType protoreflect.ExtensionType

func text(fd protoreflect.FieldDescriptor) string {
	switch stringOption(fd, customType) {
	case "cosmossdk.io/math.LegacyDec":
		return pick("0", digits(30), digits(17), "-"+digits(20))
	case "cosmossdk.io/math.Int", "cosmossdk.io/math.Uint":
		return pick("0", digits(20))
	}
	switch stringOption(fd, cosmos_proto.E_Scalar) {
	case "cosmos.Dec":
		return pick("0.300000000000000000", "1.000000000000000000", "0."+digits(17))
	case "cosmos.Int":
		return digits(20)
	}
	return pick("laz1"+digits(9), "word", "a <b> & \"c\" \\ é \u2028 \n\t\u0001\u007f", "ulaz", "日本", "x")
}

func scalar(fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text(fd))
	case protoreflect.BytesKind:
		if stringOption(fd, customType) != "" {
			return protoreflect.ValueOfBytes([]byte(text(fd)))
		}
		if strings.Contains(stringOption(fd, castType), "RawMessage") {
			return protoreflect.ValueOfBytes([]byte(`{"b":[1,"x"],"a":null}`))
		}
		b := make([]byte, pick(1, 5, 20, 33))
		rnd.Read(b)
		return protoreflect.ValueOfBytes(b)
	case protoreflect.EnumKind:
		vs := fd.Enum().Values()
		if vs.Len() == 0 { // an import that the registry does not resolve
			return protoreflect.ValueOfEnum(1)
		}
		return protoreflect.ValueOfEnum(vs.Get(rnd.Intn(vs.Len())).Number())
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(pick(1, -1, int32(rnd.Uint32())))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(pick(1, rnd.Uint32()))
	case protoreflect.Int64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(pick(1, -1, int64(rnd.Uint64())))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(pick(1, rnd.Uint64()))
	}
	panic(fd.FullName())
}

func find(name protoreflect.FullName) protoreflect.MessageDescriptor {
	return must(gogoproto.HybridResolver.FindDescriptorByName(name)).(protoreflect.MessageDescriptor)
}

func message(md protoreflect.MessageDescriptor, depth int) *dynamicpb.Message {
	m := dynamicpb.NewMessage(md)
	fs := md.Fields()
	byName := func(n string) protoreflect.FieldDescriptor { return fs.ByName(protoreflect.Name(n)) }
	switch md.FullName() {
	case "google.protobuf.Timestamp":
		m.Set(byName("seconds"), protoreflect.ValueOfInt64(pick(0, rnd.Int63n(4e9), 1700000000)))
		m.Set(byName("nanos"), protoreflect.ValueOfInt32(pick[int32](0, 500000000, 123456789, 1000)))
		return m
	case "google.protobuf.Duration":
		m.Set(byName("seconds"), protoreflect.ValueOfInt64(pick(0, rnd.Int63n(4e6), 3600)))
		m.Set(byName("nanos"), protoreflect.ValueOfInt32(pick[int32](0, 500000000, 1)))
		return m
	case "google.protobuf.Any":
		name := pick(inAny...)
		inner := roundTrip(name, message(find(name), depth+2))
		m.Set(byName("type_url"), protoreflect.ValueOfString("/"+string(name)))
		m.Set(byName("value"), protoreflect.ValueOfBytes(inner))
		return m
	}
	for i := 0; i < fs.Len(); i++ {
		fd := fs.Get(i)
		if rnd.Intn(4) == 0 || fd.IsMap() || (fd.ContainingOneof() != nil && m.WhichOneof(fd.ContainingOneof()) != nil) {
			continue
		}
		isMessage := fd.Kind() == protoreflect.MessageKind
		if isMessage && depth > 3 {
			continue
		}
		one := func() protoreflect.Value {
			if isMessage {
				return protoreflect.ValueOfMessage(message(fd.Message(), depth+1))
			}
			return scalar(fd)
		}
		if fd.IsList() {
			for n := rnd.Intn(3); n > 0; n-- {
				m.Mutable(fd).List().Append(one())
			}
		} else {
			m.Set(fd, one())
		}
	}
	return m
}

func newGogo(name protoreflect.FullName) gogoproto.Message {
	t := gogoproto.MessageType(string(name))
	if t == nil {
		return nil
	}
	return reflect.New(t.Elem()).Interface().(gogoproto.Message)
}

// The bytes that the SDK itself writes for these contents.
func roundTrip(name protoreflect.FullName, m proto.Message) []byte {
	g := newGogo(name)
	if err := gogoproto.Unmarshal(must(proto.Marshal(m)), g); err != nil {
		panic(err)
	}
	return must(gogoproto.Marshal(g))
}

type vector struct {
	Type  string          `json:"type"`
	Bytes string          `json:"bytes"`
	JSON  json.RawMessage `json:"json,omitempty"`
	Amino string          `json:"amino,omitempty"`
}

func aminoOf(name protoreflect.FullName, bz []byte) string {
	var m proto.Message = dynamicpb.NewMessage(find(name))
	if t, err := protoregistry.GlobalTypes.FindMessageByName(name); err == nil {
		m = t.New().Interface()
	}
	if err := proto.Unmarshal(bz, m); err != nil {
		panic(err)
	}
	out, err := aminojson.NewEncoder(aminojson.EncoderOptions{}).Marshal(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "no amino:", name, err)
		return ""
	}
	return string(out)
}

func save(dir, name string, rows []any) {
	f := must(os.Create(filepath.Join(dir, name)))
	for _, row := range rows {
		fmt.Fprintln(f, string(must(json.Marshal(row))))
	}
	f.Close()
}

func main() {
	dir := os.Args[1]
	customType = extension(gogo.E_Customtype)
	castType = extension(gogo.E_Casttype)
	names := []string{}
	files := must(gogoproto.MergedRegistry())
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for _, p := range packages {
			if string(f.Package()) == p {
				ms := f.Messages()
				for i := 0; i < ms.Len(); i++ {
					names = append(names, string(ms.Get(i).FullName()))
				}
			}
		}
		return true
	})
	sort.Strings(names)
	rows := []any{}
	for _, n := range names {
		name := protoreflect.FullName(n)
		if newGogo(name) == nil {
			fmt.Fprintln(os.Stderr, "not in the SDK's registry:", n)
			continue
		}
		isMsg := strings.HasPrefix(string(name.Name()), "Msg") && !strings.HasSuffix(n, "Response")
		samples := 1
		if isMsg {
			samples = 4
		} else if !strings.Contains(n, "Request") && find(name).Fields().Len() > 0 {
			samples = 2
		}
		for i := 0; i < samples; i++ {
			bz := roundTrip(name, message(find(name), 0))
			g := newGogo(name)
			if err := gogoproto.Unmarshal(bz, g); err != nil {
				panic(err)
			}
			js, err := (&jsonpb.Marshaler{OrigName: true, EmitDefaults: true}).MarshalToString(g)
			if err != nil {
				fmt.Fprintln(os.Stderr, "no json:", name, err)
				js = "null"
			}
			v := vector{Type: n, Bytes: hex.EncodeToString(bz), JSON: json.RawMessage(js)}
			if isMsg || proto.HasExtension(find(name).Options(), amino.E_Name) {
				v.Amino = aminoOf(name, bz)
			}
			rows = append(rows, v)
		}
	}
	save(dir, "sdk.jsonl", rows)
	save(dir, "signdocs.jsonl", signDocs())
	save(dir, "keys.jsonl", keys())
}

func extension(d *gogoproto.ExtensionDesc) protoreflect.ExtensionType {
	if x, err := protoregistry.GlobalTypes.FindExtensionByNumber("google.protobuf.FieldOptions", protoreflect.FieldNumber(d.Field)); err == nil {
		return x
	}
	x := &protoimpl.ExtensionInfo{ExtendedType: (*descriptorpb.FieldOptions)(nil), ExtensionType: d.ExtensionType, Field: d.Field, Name: d.Name, Tag: d.Tag, Filename: d.Filename}
	if err := protoregistry.GlobalTypes.RegisterExtension(x); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return x
}

type signDoc struct {
	Body          string `json:"body"`
	AuthInfo      string `json:"auth_info"`
	ChainID       string `json:"chain_id"`
	AccountNumber uint64 `json:"account_number"`
	Sequence      uint64 `json:"sequence"`
	Amino         string `json:"amino"`
	Direct        string `json:"direct"`
}

func signDocs() []any {
	rows := []any{}
	kinds := []protoreflect.FullName{"cosmos.bank.v1beta1.MsgSend", "cosmos.staking.v1beta1.MsgDelegate", "cosmos.gov.v1.MsgVote",
		"cosmos.gov.v1beta1.MsgVoteWeighted", "cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", "cosmos.gov.v1.MsgSubmitProposal"}
	for i := 0; i < 24; i++ {
		body := message(find("cosmos.tx.v1beta1.TxBody"), 0)
		for _, n := range []string{"extension_options", "non_critical_extension_options"} {
			body.Clear(body.Descriptor().Fields().ByName(protoreflect.Name(n)))
		}
		tb := &txv1beta1.TxBody{}
		if err := proto.Unmarshal(roundTrip("cosmos.tx.v1beta1.TxBody", body), tb); err != nil {
			panic(err)
		}
		tb.Messages = nil
		for n := 1 + rnd.Intn(2); n > 0; n-- {
			k := pick(kinds...)
			tb.Messages = append(tb.Messages, &anypb.Any{TypeUrl: "/" + string(k), Value: roundTrip(k, message(find(k), 1))})
		}
		bodyBytes := roundTrip("cosmos.tx.v1beta1.TxBody", tb)
		auth := &txv1beta1.AuthInfo{}
		if err := proto.Unmarshal(roundTrip("cosmos.tx.v1beta1.AuthInfo", message(find("cosmos.tx.v1beta1.AuthInfo"), 0)), auth); err != nil {
			panic(err)
		}
		if auth.Fee == nil {
			auth.Fee = &txv1beta1.Fee{GasLimit: 5}
		}
		authBytes := roundTrip("cosmos.tx.v1beta1.AuthInfo", auth)
		doc := signDoc{Body: hex.EncodeToString(bodyBytes), AuthInfo: hex.EncodeToString(authBytes), ChainID: pick("lazchain-1", "a<b>"),
			AccountNumber: pick(0, rnd.Uint64()), Sequence: pick(0, rnd.Uint64())}
		sd := signing.SignerData{Address: "x", ChainID: doc.ChainID, AccountNumber: doc.AccountNumber, Sequence: doc.Sequence}
		td := signing.TxData{Body: tb, AuthInfo: auth, BodyBytes: bodyBytes, AuthInfoBytes: authBytes}
		h := aminojson.NewSignModeHandler(aminojson.SignModeHandlerOptions{})
		bz, err := h.GetSignBytes(context.Background(), sd, td)
		if err != nil {
			fmt.Fprintln(os.Stderr, "no sign doc:", err)
		}
		doc.Amino = string(bz)
		doc.Direct = hex.EncodeToString(must((direct.SignModeHandler{}).GetSignBytes(context.Background(), sd, td)))
		rows = append(rows, doc)
	}
	_ = signingv1beta1.SignMode_SIGN_MODE_DIRECT
	return rows
}

func keys() []any {
	rows := []any{}
	add := func(k cryptotypes.PubKey) {
		a := must(codectypes.NewAnyWithValue(k.(gogoproto.Message)))
		rows = append(rows, map[string]string{"type_url": a.TypeUrl, "value": hex.EncodeToString(a.Value), "address": hex.EncodeToString(k.Address())})
	}
	list := []cryptotypes.PubKey{}
	for i := 0; i < 5; i++ {
		k := secp256k1.GenPrivKeyFromSecret([]byte{byte(i)}).PubKey()
		list = append(list, k)
		add(k)
		add(ed25519.GenPrivKeyFromSecret([]byte{byte(i)}).PubKey())
		add(multisig.NewLegacyAminoPubKey(1+i/2, list))
	}
	add(multisig.NewLegacyAminoPubKey(1, []cryptotypes.PubKey{list[0], ed25519.GenPrivKeyFromSecret([]byte{9}).PubKey()}))
	return rows
}
