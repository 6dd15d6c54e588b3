package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	appv1alpha1 "cosmossdk.io/api/cosmos/app/v1alpha1"
	authmodulev1 "cosmossdk.io/api/cosmos/auth/module/v1"
	"cosmossdk.io/core/appconfig"
	"cosmossdk.io/depinject"
	"cosmossdk.io/log"
	sdkmath "cosmossdk.io/math"
	abciserver "github.com/cometbft/cometbft/abci/server"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/testutil/configurator"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	_ "github.com/cosmos/cosmos-sdk/x/auth"
	_ "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	_ "github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	_ "github.com/cosmos/cosmos-sdk/x/consensus"
	_ "github.com/cosmos/cosmos-sdk/x/distribution"
	_ "github.com/cosmos/cosmos-sdk/x/staking"
)

const (
	chainID = "lazchain-bench-1"
	denom   = "ulaz"
	balance = 1_000_000_000_000
)

// withPrefix is the SDK's auth module with our address prefix, so that both sides read the same bytes.
func withPrefix(config *configurator.Config) {
	accounts := []*authmodulev1.ModuleAccountPermission{
		{Account: "fee_collector"},
		{Account: "distribution"},
		{Account: "bonded_tokens_pool", Permissions: []string{"burner", "staking"}},
		{Account: "not_bonded_tokens_pool", Permissions: []string{"burner", "staking"}},
	}
	module := &authmodulev1.Module{Bech32Prefix: "laz", ModuleAccountPermissions: accounts}
	module.Authority = "gov"
	config.ModuleConfigs["auth"] = &appv1alpha1.ModuleConfig{Name: "auth", Config: appconfig.WrapAny(module)}
}

func open(folder string) (*runtime.App, codec.Codec) {
	config := sdk.GetConfig()
	config.SetBech32PrefixForAccount("laz", "lazpub")
	config.SetBech32PrefixForValidator("lazvaloper", "lazvaloperpub")
	config.SetBech32PrefixForConsensusNode("lazvalcons", "lazvalconspub")
	sdk.DefaultBondDenom = denom
	db, err := dbm.NewGoLevelDB("application", filepath.Join(folder, "peer-bank"), nil)
	must(err)
	var builder *runtime.AppBuilder
	var cdc codec.Codec
	modules := configurator.NewAppConfig(
		withPrefix, configurator.BankModule(), configurator.StakingModule(), configurator.TxModule(),
		configurator.ConsensusModule(), configurator.DistributionModule(),
	)
	supply := depinject.Supply(log.NewNopLogger())
	must(depinject.Inject(depinject.Configs(modules, supply), &builder, &cdc))
	app := builder.Build(db, nil, baseapp.SetChainID(chainID), baseapp.SetIAVLCacheSize(cacheSize))
	must(app.Load(true))
	return app, cdc
}

// genesis makes every account rich and the key the sole validator's, with one vote.
func genesis(app *runtime.App, cdc codec.Codec, addresses []string, key crypto.PubKey) []byte {
	accounts := make([]authtypes.GenesisAccount, len(addresses))
	balances := make([]banktypes.Balance, len(addresses))
	coins := sdk.NewCoins(sdk.NewCoin(denom, sdkmath.NewInt(balance)))
	for index, address := range addresses {
		accounts[index] = &authtypes.BaseAccount{Address: address, AccountNumber: uint64(index)}
		balances[index] = banktypes.Balance{Address: address, Coins: coins}
	}
	validator := cmttypes.NewValidator(key, 1)
	set := cmttypes.NewValidatorSet([]*cmttypes.Validator{validator})
	genesis, err := simtestutil.GenesisStateWithValSet(cdc, app.DefaultGenesis(), set, accounts, balances...)
	must(err)
	bytes, err := json.Marshal(genesis)
	must(err)
	return bytes
}

func initChain(app *runtime.App, cdc codec.Codec, addresses []string) {
	key := cmted25519.GenPrivKeyFromSecret([]byte("bench")).PubKey()
	params := &cmtproto.ConsensusParams{
		Block:     &cmtproto.BlockParams{MaxBytes: 22_020_096, MaxGas: -1},
		Evidence:  simtestutil.DefaultConsensusParams.Evidence,
		Validator: simtestutil.DefaultConsensusParams.Validator,
	}
	_, err := app.InitChain(&abci.RequestInitChain{
		ChainId: chainID, Time: time.Unix(1_700_000_000, 0), InitialHeight: 1,
		ConsensusParams: params, AppStateBytes: genesis(app, cdc, addresses, key),
	})
	must(err)
}

// served is the application for CometBFT, whose genesis file says nothing: it is made of the accounts in the folder.
type served struct {
	abci.Application
	app    *runtime.App
	cdc    codec.Codec
	folder string
}

func (s served) InitChain(ctx context.Context, request *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	key, err := cryptoenc.PubKeyFromProto(request.Validators[0].PubKey)
	must(err)
	request.AppStateBytes = genesis(s.app, s.cdc, accounts(s.folder), key)
	return s.Application.InitChain(ctx, request)
}

// serve runs the application behind CometBFT's own ABCI server until it is killed.
func serve(folder, address string) {
	app, cdc := open(folder)
	wrapped := served{sdkserver.NewCometABCIWrapper(app), app, cdc, folder}
	server, err := abciserver.NewServer("tcp://"+address, "socket", wrapped)
	must(err)
	must(server.Start())
	select {}
}

func accounts(folder string) []string {
	text, err := os.ReadFile(filepath.Join(folder, "accounts.txt"))
	must(err)
	return strings.Fields(string(text))
}

// blocks reads the file of blocks: a count of transactions, then each with its length before it.
func blocks(folder string) [][][]byte {
	file, err := os.Open(filepath.Join(folder, "blocks.bin"))
	must(err)
	defer file.Close()
	reader := bufio.NewReader(file)
	word := func() (uint32, error) {
		var bytes [4]byte
		_, err := io.ReadFull(reader, bytes[:])
		return binary.BigEndian.Uint32(bytes[:]), err
	}
	var blocks [][][]byte
	for {
		count, err := word()
		if err == io.EOF {
			return blocks
		}
		must(err)
		block := make([][]byte, count)
		for index := range block {
			length, err := word()
			must(err)
			block[index] = make([]byte, length)
			_, err = io.ReadFull(reader, block[index])
			must(err)
		}
		blocks = append(blocks, block)
	}
}

func bank(folder string) Report {
	app, cdc := open(folder)
	initChain(app, cdc, accounts(folder))
	list := blocks(folder)
	report := Report{Units: uint64(len(list[0])), Extra: map[string]int64{}}
	var meter Meter
	play(app, nil, 1) // genesis is written with the first block
	for index, txs := range list {
		if index == 1 {
			meter = begin() // the first warms up
		}
		run := play(app, txs, int64(index)+2)
		if index > 0 {
			report.Runs = append(report.Runs, run)
		}
	}
	meter.end(&report)
	return report
}

func play(app *runtime.App, txs [][]byte, height int64) Run {
	request := &abci.RequestFinalizeBlock{Height: height, Txs: txs, Time: time.Unix(1_700_000_000+height, 0)}
	start := time.Now()
	response, err := app.FinalizeBlock(request)
	must(err)
	run := Run{FinalizeNs: since(start)}
	start = time.Now()
	_, err = app.Commit()
	must(err)
	run.CommitNs = since(start)
	for _, result := range response.TxResults {
		if result.Code != 0 {
			must(fmt.Errorf("a transaction failed: %s", result.Log))
		}
	}
	return run
}
