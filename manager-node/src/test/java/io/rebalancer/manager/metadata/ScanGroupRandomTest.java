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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Scans of one shard in any interleaving: they start, ask, fail, are closed and resume, while rows are inserted and deleted.
 * Rows that are there all the time must be in each scan once, in order.
 */
@Tag("slow")
class ScanGroupRandomTest {
    private static final int SEEDS = 200;
    private static final int NODES = 4;
    private static final int SCANS = 8;
    private static final int MAX_INSERTIONS = 30;
    private static final int MAX_STEPS = 100_000;
    private static final String EXCLUDED = "3";

    @ParameterizedTest
    @EnumSource(names = {"ID", "KEY"})
    void everyScanFindsEachOfItsRowsOnce(ScanColumn column) {
        int shared = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                shared += new Interleaving(column, new Random(seed)).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(shared).isGreaterThan(SEEDS * SCANS);
    }

    private static StorageNodeId node(int i) {
        return new StorageNodeId("n" + i + ".x");
    }

    private static final class Interleaving {
        private final ScanColumn column;
        private final Random random;
        private final ShardInMemory shard;
        private final ScanGroup group;
        private final Set<String> lasting = new HashSet<>();
        private final List<String> inserted = new ArrayList<>();
        private final List<Scan> scans = new ArrayList<>();
        private long nextId;
        private int sharedChunks;
        private int insertions;

        Interleaving(ScanColumn column, Random random) {
            this.column = column;
            this.random = random;
            this.shard = new ShardInMemory(random);
            shard.irregular = true;
            this.group = new ScanGroup(1, () -> List.of(EXCLUDED), new KeptChunks(() -> sharedChunks++));
            for (int i = random.nextInt(60); i >= 0; i--) {
                nextId += 1 + random.nextInt(3);
                if (random.nextInt(4) == 0) {
                    shard.putExtended(nextId, someNodes());
                } else {
                    shard.put(nextId, someNodes());
                }
            }
            lasting.addAll(shard.keys());
        }

        private StorageNodeId[] someNodes() {
            return IntStream.range(0, NODES)
                    .filter(i -> random.nextInt(3) == 0)
                    .mapToObj(ScanGroupRandomTest::node)
                    .toArray(StorageNodeId[]::new);
        }

        int run() {
            for (int i = 0; scans.size() < SCANS || scans.stream().anyMatch(scan -> !scan.ended); i++) {
                assertThat(i).isLessThan(MAX_STEPS);
                step();
                scans.forEach(Scan::takeAnswer);
            }
            scans.forEach(Scan::check);
            return sharedChunks;
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0 -> {
                    if (scans.size() < SCANS) {
                        scans.add(new Scan(node(random.nextInt(NODES))));
                    }
                }
                case 1 -> someScan().ifPresent(Scan::resume);
                case 2 -> insert();
                case 3 -> delete();
                case 4 -> {
                    if (shard.pending() > 0) {
                        shard.fail(
                                random.nextInt(shard.pending()), new TierUnavailable("away", new IOException("reset")));
                    }
                }
                case 5, 6, 7 -> someScan().ifPresent(Scan::ask);
                default -> {
                    if (shard.pending() > 0) {
                        shard.end(random.nextInt(shard.pending()));
                    }
                }
            }
        }

        private Optional<Scan> someScan() {
            return scans.isEmpty() ? Optional.empty() : Optional.of(scans.get(random.nextInt(scans.size())));
        }

        /** At the end of the ids, or anywhere among the keys; never an excluded row. */
        private void insert() {
            if (insertions == MAX_INSERTIONS) {
                return;
            }
            insertions++;
            List<String> before = shard.keys();
            if (column == ScanColumn.KEY) {
                shard.putBefore(before.get(random.nextInt(before.size())).replace(EXCLUDED, "4"), someNodes());
            } else {
                do {
                    nextId++;
                } while (String.valueOf(nextId).contains(EXCLUDED));
                shard.put(nextId, someNodes());
            }
            shard.keys().stream().filter(key -> !before.contains(key)).forEach(inserted::add);
        }

        private void delete() {
            if (!inserted.isEmpty()) {
                shard.delete(inserted.remove(random.nextInt(inserted.size())));
            }
        }

        /** A scan of one node, by several cursors one after the other. */
        private final class Scan {
            private final StorageNodeId node;
            private final List<String> found = new ArrayList<>();
            private ShardCursor cursor;
            private Optional<CompletableFuture<Chunk>> asked = Optional.empty();
            private ScanPosition end;
            private boolean ended;

            Scan(StorageNodeId node) {
                this.node = node;
                this.end = ScanPosition.at(column, 0);
                this.cursor = group.open(node, end, shard.reader());
            }

            void ask() {
                if (asked.isEmpty() && !ended) {
                    boolean hasChunk = cursor.hasChunk();
                    asked = Optional.of(cursor.next().toCompletableFuture());
                    assertThat(!hasChunk || asked.get().isDone()).isTrue();
                }
            }

            /** A read in progress may end later, and its rows are lost. */
            void resume() {
                if (!ended && random.nextInt(3) == 0) {
                    cursor.close();
                    cursor = group.open(node, end, shard.reader());
                    asked = Optional.empty();
                }
            }

            void takeAnswer() {
                if (asked.filter(CompletableFuture::isDone).isEmpty()) {
                    return;
                }
                CompletableFuture<Chunk> answer = asked.get();
                asked = Optional.empty();
                try {
                    Chunk chunk = answer.join();
                    chunk.rows().forEach(row -> found.add(row.ref().key()));
                    assertThat(chunk.end()).isGreaterThanOrEqualTo(end);
                    assertThat(chunk.last() || !chunk.end().equals(end)).isTrue();
                    end = chunk.end();
                    ended = chunk.last();
                    if (ended) {
                        cursor.close();
                    }
                } catch (CompletionException e) {
                    assertThat(e).hasCauseInstanceOf(TierUnavailable.class);
                }
            }

            void check() {
                List<String> all = shard.keysNaming(node, column).stream()
                        .filter(lasting::contains)
                        .toList();
                assertThat(found).doesNotHaveDuplicates();
                assertThat(found.stream().filter(lasting::contains))
                        .containsExactlyElementsOf(all.stream()
                                .filter(key -> !key.contains(EXCLUDED))
                                .toList());
                assertThat(end.excluded())
                        .isEqualTo(all.stream()
                                .filter(key -> key.contains(EXCLUDED))
                                .count());
            }
        }
    }
}
