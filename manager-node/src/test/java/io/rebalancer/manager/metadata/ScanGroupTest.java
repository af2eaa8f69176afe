package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan.Chunk;
import io.rebalancer.core.port.RecordScan.ShardCursor;
import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shared reads of one shard in memory. A test ends each read. */
class ScanGroupTest {
    private final ShardInMemory shard = new ShardInMemory(new Random(1));
    private final List<String> excluded = new ArrayList<>();
    private int sharedChunks;
    private final ScanGroup group = new ScanGroup(1, () -> excluded, new KeptChunks(() -> sharedChunks++));

    private static StorageNodeId node(int i) {
        return new StorageNodeId("n" + i + ".x");
    }

    private ShardCursor open(int node, ScanColumn column) {
        return open(node, ScanPosition.at(column, 0));
    }

    private ShardCursor open(int node, ScanPosition from) {
        return group.open(node(node), from, shard.reader());
    }

    private static CompletableFuture<Chunk> next(ShardCursor cursor) {
        return cursor.next().toCompletableFuture();
    }

    /** Asks each cursor once, and ends all reads. */
    private List<Chunk> nextOfEach(List<ShardCursor> cursors) {
        List<CompletableFuture<Chunk>> chunks =
                cursors.stream().map(ScanGroupTest::next).toList();
        shard.endAll();
        return chunks.stream().map(CompletableFuture::join).toList();
    }

    private static List<String> keys(Chunk chunk) {
        return chunk.rows().stream().map(row -> row.ref().key()).toList();
    }

    /** Row {@code i} names node {@code i % nodes}. */
    private void fill(int rows, int nodes) {
        IntStream.rangeClosed(1, rows).forEach(i -> shard.put(i, node(i % nodes)));
    }

    @Test
    void aScanReadsForItselfWhenTooManyRecordsAreKept() {
        fill(100, 2);
        KeptChunks few = new KeptChunks(1, () -> sharedChunks++);
        ScanGroup bounded = new ScanGroup(1, () -> excluded, few);
        List<ShardCursor> cursors = IntStream.range(0, 2)
                .mapToObj(i -> bounded.open(node(i), ScanPosition.at(ScanColumn.ID, 0), shard.reader()))
                .toList();
        for (ShardCursor cursor : cursors) {
            List<String> found = new ArrayList<>();
            boolean last = false;
            while (!last) {
                CompletableFuture<Chunk> next = next(cursor);
                shard.endAll();
                found.addAll(keys(next.join()));
                last = next.join().last();
            }
            assertThat(found).hasSize(50).doesNotHaveDuplicates();
        }
        assertThat(few.records()).isZero();
    }

    @Test
    void theChunkThatIsKeptForAScanGoesWithIt() {
        fill(100, 2);
        KeptChunks kept = new KeptChunks(() -> sharedChunks++);
        ScanGroup bounded = new ScanGroup(1, () -> excluded, kept);
        ShardCursor one = bounded.open(node(0), ScanPosition.at(ScanColumn.ID, 0), shard.reader());
        ShardCursor other = bounded.open(node(1), ScanPosition.at(ScanColumn.ID, 0), shard.reader());
        CompletableFuture<Chunk> next = next(one);
        shard.endAll();
        assertThat(next.join().rows()).isNotEmpty();
        assertThat(kept.records()).isPositive();
        other.close();
        assertThat(kept.records()).isZero();
        assertThat(sharedChunks).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"ID", "KEY"})
    void scansThatStartTogetherShareEveryReadAndEachGetsItsRows(ScanColumn column) {
        fill(100, 8);
        List<ShardCursor> cursors =
                IntStream.range(0, 8).mapToObj(i -> open(i, column)).toList();
        List<List<String>> found = cursors.stream()
                .map(each -> (List<String>) new ArrayList<String>())
                .toList();
        boolean last = false;
        while (!last) {
            List<Chunk> chunks = nextOfEach(cursors);
            for (int i = 0; i < 8; i++) {
                found.get(i).addAll(keys(chunks.get(i)));
            }
            last = chunks.get(0).last();
            assertThat(chunks).extracting(Chunk::last).containsOnly(last);
            assertThat(chunks).extracting(Chunk::end).containsOnly(chunks.get(0).end());
        }
        for (int i = 0; i < 8; i++) {
            assertThat(found.get(i)).isEqualTo(shard.keysNaming(node(i), column));
        }
        int alone = column == ScanColumn.KEY ? 11 : 10;
        assertThat(shard.reads()).isEqualTo(alone);
        assertThat(sharedChunks).isEqualTo(7 * alone);
    }

    @ParameterizedTest
    @EnumSource(names = {"ID", "KEY"})
    void aScanThatStartsLaterEndsItsReadsWhereTheOtherIsAndSharesFromThere(ScanColumn column) {
        fill(100, 2);
        ShardCursor early = open(0, column);
        nextOfEach(List.of(early));
        nextOfEach(List.of(early));
        Chunk ahead = nextOfEach(List.of(early)).get(0);
        ShardCursor late = open(1, column);
        shard.maxRows = 8;
        for (int i = 0; i < 3; i++) {
            nextOfEach(List.of(late));
        }
        Chunk behind = nextOfEach(List.of(late)).get(0);
        assertThat(behind.end()).isEqualTo(ahead.end());
        int reads = shard.reads();
        nextOfEach(List.of(early, late));
        assertThat(shard.reads()).isEqualTo(reads + 1);
        assertThat(sharedChunks).isEqualTo(1);
    }

    @Test
    void aScanWhoseCountIsTooLowBecauseRowsWereInsertedIsStillMet() {
        fill(60, 2);
        ShardCursor early = open(0, ScanColumn.KEY);
        nextOfEach(List.of(early));
        nextOfEach(List.of(early));
        String key = early.position().afterKey();
        IntStream.rangeClosed(1, 40).forEach(i -> shard.putBefore(key, node(0)));
        ShardCursor late = open(1, ScanColumn.KEY);
        while (!late.position().afterKey().equals(key)) {
            nextOfEach(List.of(late));
        }
        assertThat(late.position().nextId())
                .isEqualTo(60)
                .isEqualTo(early.position().nextId());
        nextOfEach(List.of(early, late));
        assertThat(sharedChunks).isEqualTo(1);
    }

    @Test
    void aKeptChunkNeedsNoReadAndThereIsAtMostOneForEachScan() {
        fill(100, 2);
        ShardCursor one = open(0, ScanColumn.ID);
        ShardCursor two = open(1, ScanColumn.ID);
        nextOfEach(List.of(one));
        assertThat(two.hasChunk()).isTrue();
        Chunk second = nextOfEach(List.of(one)).get(0);
        assertThat(second.end().nextId()).isEqualTo(21);
        int reads = shard.reads();
        CompletableFuture<Chunk> kept = next(two);
        assertThat(kept).isCompleted();
        assertThat(kept.join().end().nextId()).isEqualTo(11);
        assertThat(shard.reads()).isEqualTo(reads);
        assertThat(two.hasChunk()).isFalse();
        assertThat(nextOfEach(List.of(two)).get(0).end().nextId())
                .as("read for this scan")
                .isEqualTo(21);
        assertThat(shard.reads()).isEqualTo(reads + 1);
    }

    @Test
    void aReadReturnsTheRowsOfABoundedNumberOfNodes() {
        int scans = 2 * ScanGroup.MAX_NODES;
        fill(100, scans);
        List<ShardCursor> cursors =
                IntStream.range(0, scans).mapToObj(i -> open(i, ScanColumn.KEY)).toList();
        nextOfEach(cursors);
        assertThat(shard.reads()).isEqualTo(2);
        assertThat(shard.mostNodes()).isEqualTo(ScanGroup.MAX_NODES);
    }

    @Test
    void aFailedReadFailsForItsReaderOnly() {
        fill(100, 2);
        ShardCursor one = open(0, ScanColumn.KEY);
        ShardCursor two = open(1, ScanColumn.KEY);
        CompletableFuture<Chunk> failed = next(one);
        CompletableFuture<Chunk> other = next(two);
        shard.fail(0, new TierUnavailable("away", new IOException("reset")));
        assertThat(failed).isCompletedExceptionally();
        assertThat(other).isNotDone();
        shard.endAll();
        assertThat(keys(other.join())).isNotEmpty();
        CompletableFuture<Chunk> repeated = next(one);
        assertThat(repeated).as("from the read of the other").isCompleted();
        assertThat(repeated.join().end()).isEqualTo(other.join().end());
        assertThat(sharedChunks).isEqualTo(1);
    }

    /** Its connection is broken, and stays broken. */
    @Test
    void scansContinueWhileEveryReadOfOneScanFails() {
        fill(100, 3);
        ShardCursor broken = open(0, ScanColumn.ID);
        List<ShardCursor> others = List.of(open(1, ScanColumn.ID), open(2, ScanColumn.ID));
        List<String> found = new ArrayList<>();
        boolean last = false;
        while (!last) {
            CompletableFuture<Chunk> next = next(broken);
            if (next.isDone()) {
                found.addAll(keys(next.join()));
            } else {
                List<CompletableFuture<Chunk>> waiting =
                        others.stream().map(ScanGroupTest::next).toList();
                shard.fail(0, new TierUnavailable("away", new IOException("reset")));
                assertThat(next).isCompletedExceptionally();
                shard.endAll();
                last = waiting.get(0).join().last();
                assertThat(waiting.get(1).join().last()).isEqualTo(last);
            }
        }
        assertThat(found).isEqualTo(shard.keysNaming(node(0), ScanColumn.ID));
    }

    @Test
    void aScanThatIsClosedDuringASharedReadLeavesIt() {
        fill(100, 3);
        ShardCursor reader = open(0, ScanColumn.ID);
        ShardCursor closed = open(1, ScanColumn.ID);
        ShardCursor other = open(2, ScanColumn.ID);
        CompletableFuture<Chunk> read = next(reader);
        CompletableFuture<Chunk> waiting = next(closed);
        closed.close();
        reader.close();
        shard.endAll();
        assertThat(read).isCompleted();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(next(closed)).isCompletedExceptionally();
        assertThat(other.hasChunk()).isTrue();
        assertThat(keys(nextOfEach(List.of(other)).get(0)))
                .isEqualTo(shard.keysNaming(node(2), ScanColumn.ID).subList(0, 3));
        shard.maxRows = 100;
        Chunk alone = nextOfEach(List.of(other)).get(0);
        assertThat(alone.end().nextId()).as("no closed scan bounds the read").isEqualTo(101);
    }

    @Test
    void excludedRowsAreCountedForEachScan() {
        fill(100, 2);
        excluded.add("7");
        List<ShardCursor> cursors = List.of(open(0, ScanColumn.KEY), open(1, ScanColumn.KEY));
        List<Chunk> chunks = nextOfEach(cursors);
        while (!chunks.get(0).last()) {
            chunks = nextOfEach(cursors);
        }
        assertThat(chunks.get(0).end().excluded()).as("70, 72, 74, 76, 78").isEqualTo(5);
        assertThat(chunks.get(1).end().excluded())
                .as("7, 17 .. 97, 71, 73, 75, 79")
                .isEqualTo(14);
    }

    /** Its rows are up to the highest id at its start, however many were inserted since. */
    @Test
    void aSharedReadEndsAtTheLowestHighestIdOfItsScans() {
        fill(15, 1);
        ShardCursor early = open(0, ScanColumn.ID);
        nextOfEach(List.of(early));
        IntStream.rangeClosed(16, 40).forEach(i -> shard.put(i, node(0)));
        ShardCursor late = open(0, ScanColumn.ID);
        nextOfEach(List.of(late));
        List<Chunk> shared = nextOfEach(List.of(late, early));
        assertThat(shared).extracting(chunk -> chunk.end().nextId()).containsExactly(16L, 16L);
        assertThat(nextOfEach(List.of(late)).get(0).end().nextId()).isEqualTo(26);
        assertThat(nextOfEach(List.of(early)).get(0)).satisfies(chunk -> {
            assertThat(chunk.last()).isTrue();
            assertThat(chunk.end().column()).isEqualTo(ScanColumn.IDX);
        });
    }

    /** The reader's highest id may be lower than the ids of rows that the later scan has to find. */
    @Test
    void aScanThatStartsAfterTheHighestIdWasReadAsksForItAgain() {
        fill(5, 1);
        ShardCursor early = open(0, ScanColumn.ID);
        CompletableFuture<Chunk> failed = next(early);
        shard.end(0);
        shard.fail(0, new TierUnavailable("away", new IOException("reset")));
        assertThat(failed).isCompletedExceptionally();
        IntStream.rangeClosed(6, 8).forEach(i -> shard.put(i, node(0)));
        ShardCursor late = open(0, ScanColumn.ID);
        assertThat(keys(nextOfEach(List.of(early)).get(0))).hasSize(5);
        assertThat(late.hasChunk()).isFalse();
        assertThat(keys(nextOfEach(List.of(late)).get(0))).hasSize(8);
    }
}
