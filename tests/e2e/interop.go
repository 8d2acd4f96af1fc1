// interop: reads a published log with another implementation's eyes, golang.org/x/mod/sumdb's note
// and tlog, and nothing of ours. Signatures, hashes, tiles and proofs are theirs; what is written
// here is the three lines of a checkpoint, the frame of a receipt, a bundle's sizes and the paths.
//
//	interop checkpoint VKEY PUBLIC           the newest checkpoint is a note signed by VKEY
//	interop tiles VKEY PUBLIC                every file below tile/ is a tile, and right
//	interop entries VKEY PUBLIC              the entries have this root and the tiles' leaves
//	interop records VKEY PUBLIC              entries here and there have proofs
//	interop trees VKEY PUBLIC CHECKPOINT...  the newest tree continues each of these
//	interop receipts VKEY PUBLIC N.SUFFIX... each proves entry N under a tree of this history
//	interop served VKEY URL                  receipts that the server of a log makes do that
//
// PUBLIC is a folder or the address of a server. There `tiles` looks at every file that the newest
// size needs; answers must have the types that tlog-tiles asks for, and say how long to keep them.
// Tells what it has seen. Exit codes: 0 it is so, 1 it is not, 2 usage.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
	bundle = -1 // tlog's level of a tile of entries
)

// publicLog is a folder or address laid out as tlog-tiles says; it is a tlog.TileReader.
type publicLog string

func (log publicLog) remote() bool {
	return strings.HasPrefix(string(log), "http://")
}

// promised tells if an answer has the type and the life that its kind of file has.
func promised(name string, header http.Header) error {
	kind, life := "application/octet-stream", "immutable"
	if !strings.HasPrefix(name, "tile/") {
		kind = "text/plain; charset=utf-8"
	}
	if name == "checkpoint" {
		life = "max-age=2"
	} else if strings.HasPrefix(name, "receipt/") {
		life = "no-store"
	}
	if header.Get("Content-Type") != kind {
		return fmt.Errorf("%s is %s", name, header.Get("Content-Type"))
	}
	if !strings.Contains(header.Get("Cache-Control"), life) {
		return fmt.Errorf("%s may be kept: %s", name, header.Get("Cache-Control"))
	}
	return nil
}

// read is a whole file; fs.ErrNotExist where there is none.
func (log publicLog) read(name string) ([]byte, error) {
	if !log.remote() {
		return os.ReadFile(filepath.Join(string(log), name))
	}
	answer, err := http.Get(string(log) + "/" + name)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, fs.ErrNotExist
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", name, answer.Status)
	}
	if err := promised(name, answer.Header); err != nil {
		return nil, err
	}
	return io.ReadAll(answer.Body)
}

func (log publicLog) Height() int {
	return height
}

func (log publicLog) SaveTiles([]tlog.Tile, [][]byte) {}

// path differs from x/mod's in two words: it has no height, and entries are not called data.
func (log publicLog) path(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	return strings.Replace(path, "tile/8/", "tile/", 1)
}

// file is the tile's file, or the whole tile's where the partial one is gone: tell by its width.
func (log publicLog) file(tile tlog.Tile) (data []byte, seen tlog.Tile, err error) {
	data, err = log.read(log.path(tile))
	if errors.Is(err, fs.ErrNotExist) && tile.W < width {
		tile.W = width
		data, err = log.read(log.path(tile))
	}
	return data, tile, err
}

func (log publicLog) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, seen, err := log.file(tile)
		if err != nil {
			return nil, err
		}
		if len(data) != seen.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", log.path(seen), len(data))
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

// split takes a bundle apart: u16 size, entry, repeated.
func split(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle ends within an entry")
		}
		size := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+size])
		data = data[2+size:]
	}
	return entries, nil
}

// entries are all of a log of that size.
func (log publicLog) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for int64(len(all)) < size {
		tile := tlog.Tile{H: height, L: bundle, N: int64(len(all)) / width, W: width}
		if left := size - int64(len(all)); left < width {
			tile.W = int(left)
		}
		data, seen, err := log.file(tile)
		if err != nil {
			return nil, err
		}
		some, err := split(data)
		if err != nil || len(some) != seen.W {
			return nil, fmt.Errorf("%s has %d entries: %v", log.path(seen), len(some), err)
		}
		all = append(all, some[:tile.W]...)
	}
	return all, nil
}

// memory has every hash of a tree as x/mod makes them from the entries alone; no tile is asked.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		if i >= int64(len(m)) {
			return nil, errors.New("there is no such hash in the tree")
		}
		hashes = append(hashes, m[i])
	}
	return hashes, nil
}

func remember(entries [][]byte) (m memory, err error) {
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, m)
		if err != nil {
			return nil, err
		}
		m = append(m, hashes...)
	}
	return m, nil
}

// open checks a checkpoint's signature and reads its text: origin, size, root, nothing else.
func open(vkey string, signed []byte) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	line := strings.Split(opened.Text, "\n")
	if len(line) != 4 || line[0] != verifier.Name() {
		return tree, fmt.Errorf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	if tree.N, err = strconv.ParseInt(line[1], 10, 64); err != nil {
		return tree, err
	}
	if tree.Hash, err = tlog.ParseHash(line[2]); err != nil {
		return tree, err
	}
	if tree.N < 1 || opened.Text != fmt.Sprintf("%s\n%d\n%v\n", line[0], tree.N, tree.Hash) {
		return tree, fmt.Errorf("another text would say the same: %q", opened.Text)
	}
	return tree, nil
}

// view is what all commands begin with: the newest checkpoint, hashes from its tiles, its entries
// and the hashes that those have.
type view struct {
	vkey   string
	log    publicLog
	tree   tlog.Tree
	hashes tlog.HashReader
	all    [][]byte
	memory memory
}

func look(vkey, folder string) (v view, err error) {
	v.vkey = vkey
	v.log = publicLog(folder)
	signed, err := v.log.read("checkpoint")
	if err != nil {
		return v, err
	}
	if v.tree, err = open(vkey, signed); err != nil {
		return v, err
	}
	v.hashes = tlog.TileHashReader(v.tree, v.log)
	if v.all, err = v.log.entries(v.tree.N); err != nil {
		return v, err
	}
	v.memory, err = remember(v.all)
	return v, err
}

// expected is what the file of a tile must hold.
func (v *view) expected(tile tlog.Tile) (data []byte, err error) {
	if tile.L != bundle {
		return tlog.ReadTileData(tile, v.memory)
	}
	first := tile.N * width
	if first+int64(tile.W) > int64(len(v.all)) {
		return nil, errors.New("there are no such entries in the tree")
	}
	for _, entry := range v.all[first : first+int64(tile.W)] {
		data = append(data, byte(len(entry)>>8), byte(len(entry)))
		data = append(data, entry...)
	}
	return data, nil
}

// tile is which one a file is, by x/mod's own parser of paths.
func (v *view) tile(path string) (tile tlog.Tile, err error) {
	name, err := filepath.Rel(string(v.log), path)
	if err != nil {
		return tile, err
	}
	name = strings.Replace(name, "tile/", "tile/8/", 1)
	return tlog.ParseTilePath(strings.Replace(name, "/entries/", "/data/", 1))
}

// needed are the tiles of the tree's size, whole ones and the last of each level, and its bundles.
func (v *view) needed() []tlog.Tile {
	var all []tlog.Tile
	for level := bundle; level < 8; level++ {
		hashes := v.tree.N
		if level > 0 {
			hashes >>= height * level
		}
		for n := int64(0); n*width < hashes; n++ {
			tile := tlog.Tile{H: height, L: level, N: n, W: width}
			if left := hashes - n*width; left < width {
				tile.W = int(left)
			}
			all = append(all, tile)
		}
	}
	return all
}

// tilesServed compares what a server says of every tile that is needed.
func (v *view) tilesServed() error {
	all := v.needed()
	for _, tile := range all {
		want, err := v.expected(tile)
		if err != nil {
			return err
		}
		have, err := v.log.read(v.log.path(tile))
		if err != nil || !bytes.Equal(have, want) {
			return fmt.Errorf("%s is another tile: %v", v.log.path(tile), err)
		}
	}
	fmt.Printf("%d tiles served\n", len(all))
	return nil
}

func (v *view) tiles() error {
	if v.log.remote() {
		return v.tilesServed()
	}
	count, partial := 0, 0
	visit := func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		tile, err := v.tile(path)
		if err != nil {
			return err
		}
		want, err := v.expected(tile)
		if err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
		have, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(have, want) {
			return fmt.Errorf("%s is another tile: %v", path, err)
		}
		count++
		if tile.W < width {
			partial++
		}
		return nil
	}
	if err := filepath.WalkDir(filepath.Join(string(v.log), "tile"), visit); err != nil {
		return err
	}
	fmt.Printf("%d tiles, %d of them partial\n", count, partial)
	return nil
}

// entries checks the root without tiles, then each leaf with them: x/mod 0.7.0's TileHashReader
// takes some tiles unchecked (where subtrees below the root share a tile, it counts them wrongly).
func (v *view) entries() error {
	root, err := tlog.TreeHash(v.tree.N, v.memory)
	if err != nil || root != v.tree.Hash {
		return fmt.Errorf("the entries have the root %v: %v", root, err)
	}
	var indexes []int64
	for i := range v.all {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
	}
	hashes, err := v.hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, entry := range v.all {
		if tlog.RecordHash(entry) != hashes[i] {
			return fmt.Errorf("entry %d is not the leaf that the tiles have", i)
		}
	}
	fmt.Printf("%d entries\n", len(v.all))
	return nil
}

// sample is the tree's edges, those of tiles and subtrees, and every 61st entry.
func (v *view) sample() []int64 {
	var some []int64
	for i := int64(0); i < v.tree.N; i++ {
		edge := (i+1)&i == 0 || i&(i-1) == 0 || i%width == 0 || i%width == width-1
		if edge || i%61 == 0 || i == v.tree.N-1 {
			some = append(some, i)
		}
	}
	return some
}

func (v *view) records() error {
	some := v.sample()
	for _, i := range some {
		proof, err := tlog.ProveRecord(v.tree.N, i, v.hashes)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(v.all[i])
		if err := tlog.CheckRecord(proof, v.tree.N, v.tree.Hash, i, leaf); err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
		leaf[0] ^= 1
		if tlog.CheckRecord(proof, v.tree.N, v.tree.Hash, i, leaf) == nil {
			return fmt.Errorf("entry %d: another leaf is proven as well", i)
		}
	}
	fmt.Printf("%d records of %d\n", len(some), v.tree.N)
	return nil
}

// continues tells if the newest tree is the old one with entries added.
func (v *view) continues(old tlog.Tree) error {
	if old.N > v.tree.N {
		return fmt.Errorf("a tree of %d is newer than the newest, %d", old.N, v.tree.N)
	}
	proof, err := tlog.ProveTree(v.tree.N, old.N, v.hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, v.tree.N, v.tree.Hash, old.N, old.Hash)
}

// readable tells if a tree that was published once can be read still, from files of its size.
func (v *view) readable(old tlog.Tree) error {
	hashes := tlog.TileHashReader(old, v.log)
	hash, err := tlog.TreeHash(old.N, hashes)
	if err == nil && hash != old.Hash {
		err = errors.New("the tiles have another root")
	}
	return err
}

func (v *view) trees(files []string) error {
	smaller := 0
	for _, file := range files {
		signed, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		old, err := open(v.vkey, signed)
		if err == nil {
			err = v.continues(old)
		}
		if err == nil {
			err = v.readable(old)
		}
		if err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
		if old.N < v.tree.N {
			smaller++
		}
	}
	if smaller == 0 {
		return errors.New("none is smaller than the newest")
	}
	fmt.Printf("%d trees, %d of them smaller than %d\n", len(files), smaller, v.tree.N)
	return nil
}

// receipt takes a tlog-proof apart.
func receipt(text string) (index int64, proof tlog.RecordProof, signed string, err error) {
	head, signed, found := strings.Cut(text, "\n\n")
	line := strings.Split(head, "\n")
	if !found || len(line) < 2 || line[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, "", errors.New("not a tlog-proof")
	}
	line = line[1:]
	if strings.HasPrefix(line[0], "extra ") && len(line) > 1 {
		line = line[1:]
	}
	number := strings.TrimPrefix(line[0], "index ")
	index, err = strconv.ParseInt(number, 10, 64)
	if err != nil || line[0] != fmt.Sprintf("index %d", index) {
		return 0, nil, "", fmt.Errorf("not an index: %q", line[0])
	}
	for _, text := range line[1:] {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return 0, nil, "", err
		}
		proof = append(proof, hash)
	}
	return index, proof, signed, nil
}

// proves tells if the text is a receipt of that entry under a tree of this history.
func (v *view) proves(asked string, text []byte) error {
	index, proof, signed, err := receipt(string(text))
	if err != nil {
		return err
	}
	if asked != strconv.FormatInt(index, 10) || index < 0 || index >= v.tree.N {
		return fmt.Errorf("index %d of %d", index, v.tree.N)
	}
	tree, err := open(v.vkey, []byte(signed))
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(v.all[index])
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	return v.continues(tree)
}

// receiptsServed makes the server prove entries here and there, and none that is not published.
func (v *view) receiptsServed() error {
	some := v.sample()
	for _, i := range some {
		index := strconv.FormatInt(i, 10)
		text, err := v.log.read("receipt/" + index)
		if err == nil {
			err = v.proves(index, text)
		}
		if err != nil {
			return fmt.Errorf("receipt/%s: %v", index, err)
		}
	}
	beyond := "receipt/" + strconv.FormatInt(v.tree.N, 10)
	if _, err := v.log.read(beyond); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %v", beyond, err)
	}
	fmt.Printf("%d receipts served\n", len(some))
	return nil
}

func (v *view) receipts(files []string) error {
	if len(files) == 0 {
		return errors.New("no receipts")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		asked, _, _ := strings.Cut(filepath.Base(file), ".")
		if err == nil {
			err = v.proves(asked, text)
		}
		if err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	fmt.Printf("%d receipts\n", len(files))
	return nil
}

func run(command, vkey, folder string, files []string) error {
	v, err := look(vkey, folder)
	if err != nil {
		return err
	}
	switch command {
	case "checkpoint":
		fmt.Printf("size %d\n", v.tree.N)
		return nil
	case "tiles":
		return v.tiles()
	case "entries":
		return v.entries()
	case "records":
		return v.records()
	case "trees":
		return v.trees(files)
	case "receipts":
		return v.receipts(files)
	case "served":
		return v.receiptsServed()
	}
	return fmt.Errorf("no command %q", command)
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: interop COMMAND VKEY PUBLIC [FILE...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}
