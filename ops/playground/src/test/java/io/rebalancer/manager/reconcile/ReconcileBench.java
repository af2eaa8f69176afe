package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.agent.inventory.BenchInventory;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.MergeJoin;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource.NodeClaim;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.manager.reconcile.BenchCopies.Drift;
import io.rebalancer.persistence.sort.RecordSorter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sorts and merges the claims and the files of one storage node with the classes of a run, beside {@code sort} and
 * {@code comm} with the same data as text. Only {@code make bench-reconcile} runs it. Drift must be found exactly.
 */
class ReconcileBench {
    private static final long ENTRIES = Long.getLong("reconcile.entries", 10_000_000);
    private static final long WARM_UP = 200_000;
    private static final int GROWTH = 10;
    private static final int ROUNDS = 3;
    private static final long SORT_MEMORY = 64 << 20;
    /** Records and lines of both sides, and the runs of one sort. */
    private static final long DISK_BYTES_OF_AN_ENTRY = 700;

    private static final StorageNodeId NODE = new StorageNodeId("1.stor");
    private static final RunToken RUN = new RunToken(new UUID(9, 9), 1, 1);
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final double SECOND_NANOS = 1e9;

    @TempDir
    private Path temporary;

    private final HeapWatch heap = new HeapWatch();
    private final List<String> lines = new ArrayList<>();
    private boolean isWarmUp;

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void claimsAndFiles() throws Exception {
        requireSpace();
        isWarmUp = true;
        measure(WARM_UP);
        isWarmUp = false;
        double small = measure(ENTRIES / GROWTH);
        double large = measure(ENTRIES);
        print("time of a merge of %,d entries ÷ time of %,d: %.1f", ENTRIES, ENTRIES / GROWTH, large / small);
        Files.write(Path.of("target", "reconcile-bench.txt"), lines);
    }

    private void requireSpace() throws IOException {
        long needed = ENTRIES * DISK_BYTES_OF_AN_ENTRY;
        long free = Files.getFileStore(temporary).getUsableSpace();
        assertThat(free)
                .as(
                        "free bytes in %s, where the bench needs %,d for %,d entries; run it with fewer ENTRIES, or set"
                                + " -Djava.io.tmpdir to another disk",
                        temporary, needed, ENTRIES)
                .isGreaterThan(needed);
    }

    private void print(String form, Object... values) {
        if (!isWarmUp) {
            String line = String.format(form, values);
            System.out.println(line);
            lines.add(line);
        }
    }

    private static double seconds(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / SECOND_NANOS;
    }

    /** Returns the seconds of a merge. */
    private double measure(long entries) throws Exception {
        BenchCopies copies = new BenchCopies(entries);
        print("%n%,d entries on each side, -Xmx%d MiB, %d MiB for a sort", entries, maxHeapMib(), SORT_MEMORY >> 20);
        ClaimFile[] claims = new ClaimFile[1];
        heap.reset();
        double claimSeconds = seconds(() -> claims[0] = writeClaims(copies, true));
        reportSort("claims", entries, claimSeconds);
        try (BenchInventory inventory = writeInventory(copies)) {
            double mergeSeconds = merge(copies, claims[0], inventory);
            compareText(copies, claimSeconds, mergeSeconds);
            long listingBytes = compareRanges(copies, claims[0], inventory);
            claims[0].delete();
            compareEqual(copies, inventory, listingBytes);
            return mergeSeconds;
        }
    }

    private static long maxHeapMib() {
        return Runtime.getRuntime().maxMemory() >> 20;
    }

    private void reportSort(String side, long entries, double seconds) {
        print("sort of the %s: %s; %s", side, rate(entries, seconds), heap.text());
    }

    private static String rate(long entries, double seconds) {
        return String.format("%,.0f entries/s (%.1f s)", entries / seconds, seconds);
    }

    /** @param planted whether the claims have the drift; without it they are those of the files */
    private ClaimFile writeClaims(BenchCopies copies, boolean planted) throws IOException {
        RecordSorter sorter = new RecordSorter(ClaimFile.FORMAT, temporary, SORT_MEMORY);
        try (ClaimFile.Writer writer = new ClaimFile.Writer(List.of(NODE), sorter)) {
            for (long number = 0; number < copies.count(); number++) {
                Drift drift = BenchCopies.drift(number);
                if (drift != (planted ? Drift.NO_RECORD : Drift.NO_FILE)) {
                    long size = planted ? BenchCopies.sizeBytes(number) : fileBytes(number, drift);
                    CopyKey key = BenchCopies.key(number);
                    writer.add(new NodeClaim(NODE, new Claim(key, size, number, number, 2, 0, 1, List.of(1))));
                }
            }
            Path target = temporary.resolve("claims.records");
            Files.deleteIfExists(target);
            return writer.finish(target);
        }
    }

    private static long fileBytes(long number, Drift drift) {
        return BenchCopies.sizeBytes(number) + (drift == Drift.OTHER_LENGTH ? 1 : 0);
    }

    private BenchInventory writeInventory(BenchCopies copies) throws Exception {
        BenchInventory[] inventory = new BenchInventory[1];
        heap.reset();
        double seconds = seconds(() -> {
            try (BenchInventory.Writer writer =
                    new BenchInventory.Writer(RUN, temporary.resolve("agent"), SORT_MEMORY)) {
                for (long number = 0; number < copies.count(); number++) {
                    Drift drift = BenchCopies.drift(number);
                    if (drift != Drift.NO_FILE) {
                        writer.add(
                                BenchCopies.key(number),
                                fileBytes(number, drift),
                                BenchCopies.modifiedMillis(number),
                                BenchCopies.changedMillis(number));
                    }
                }
                inventory[0] = writer.finish(BenchInventory.settings(SORT_MEMORY));
            }
        });
        reportSort("files", copies.count(), seconds);
        return inventory[0];
    }

    /** Counts the candidates. */
    private static final class Counts implements MergeJoin.Sink {
        private long missing;
        private long otherLength;
        private long orphans;

        @Override
        public void claimOnly(Claim claim) {
            missing += CandidateRules.compare(claim).isPresent() ? 1 : 0;
        }

        @Override
        public void both(Claim claim, InventoryEntry entry) {
            otherLength += CandidateRules.compare(claim, entry).isPresent() ? 1 : 0;
        }

        @Override
        public void fileOnly(InventoryEntry entry) {
            orphans++;
        }

        private void assertPlanted(BenchCopies copies) {
            assertThat(missing).as("claims without a file").isEqualTo(copies.drifted(Drift.NO_FILE));
            assertThat(orphans).as("files without a claim").isEqualTo(copies.drifted(Drift.NO_RECORD));
            assertThat(otherLength).as("files of another length").isEqualTo(copies.drifted(Drift.OTHER_LENGTH));
        }
    }

    /** Both sides from the disk of this machine. Returns the seconds of the fastest of some rounds. */
    private double merge(BenchCopies copies, ClaimFile claims, BenchInventory inventory) throws Exception {
        heap.reset();
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            Counts counts = new Counts();
            best = Math.min(best, seconds(() -> {
                try (ClaimFile.Claims all = claims.of(NODE, KeyRange.ALL);
                        BenchInventory.Entries entries = inventory.all()) {
                    MergeJoin.join(all, entries, counts);
                }
            }));
            counts.assertPlanted(copies);
        }
        print("merge, a claim and its file counted once: %s; %s", rate(copies.count(), best), heap.text());
        SliceOfDrift slice = new SliceOfDrift();
        try (ClaimFile.Claims all = claims.of(NODE, KeyRange.ALL);
                BenchInventory.Entries entries = inventory.all()) {
            MergeJoin.join(all, entries, slice);
        }
        assertThat(slice.found()).isEqualTo(SliceOfDrift.byMaps(copies));
        print(
                "a hundredth of the keys, compared with maps: the same %,d differences",
                slice.found().size());
        return best;
    }

    private void compareText(BenchCopies copies, double claimSeconds, double mergeSeconds) throws Exception {
        Path directory = Files.createDirectory(temporary.resolve("text"));
        TextBaseline text = new TextBaseline(directory, SORT_MEMORY);
        text.write(copies);
        double sortSeconds = seconds(text::sort);
        double best = Double.MAX_VALUE;
        long[] differences = new long[1];
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.min(best, seconds(() -> differences[0] = text.compare()));
        }
        assertThat(differences[0])
                .isEqualTo(copies.drifted(Drift.NO_FILE)
                        + copies.drifted(Drift.NO_RECORD)
                        + 2 * copies.drifted(Drift.OTHER_LENGTH));
        print("comm of sorted text: %s; merge ÷ comm, as rates: %.2f", rate(copies.count(), best), best / mergeSeconds);
        print(
                "sort -S of one side of the text: %s; sort of the claims ÷ sort, as rates: %.2f",
                rate(copies.count(), sortSeconds / 2), sortSeconds / 2 / claimSeconds);
        for (String name : List.of("claims", "files", "claims.sorted", "files.sorted", "differences")) {
            Files.delete(directory.resolve(name));
        }
        Files.delete(directory);
    }

    /**
     * As a run does it, with digests and entries encoded for messages; then the whole listing without digests.
     *
     * @return the bytes of the whole listing
     */
    private long compareRanges(BenchCopies copies, ClaimFile claims, BenchInventory inventory) throws Exception {
        heap.reset();
        BenchAgent agent = new BenchAgent(inventory);
        NodeListing listing = new NodeListing(NODE, agent, RUN.runId(), claims, new RunScope(), TIMEOUT);
        Counts counts = new Counts();
        double seconds = seconds(() -> {
            for (KeyRange range : listing.differing(claim -> {})) {
                mergeRange(range, claims, listing, counts);
            }
        });
        counts.assertPlanted(copies);
        BenchAgent whole = new BenchAgent(inventory);
        NodeListing all = new NodeListing(NODE, whole, RUN.runId(), claims, new RunScope(), TIMEOUT);
        Counts allCounts = new Counts();
        double wholeSeconds = seconds(() -> mergeRange(KeyRange.ALL, claims, all, allCounts));
        allCounts.assertPlanted(copies);
        print(
                "without ranges: %s, %,d bytes sent; %s",
                rate(copies.count(), wholeSeconds), whole.entryBytes(), heap.text());
        print(
                "ranges, one copy in 10,000 drifted: %s, %,d bytes of digests and %,d of entries sent, %.2f %%",
                rate(copies.count(), seconds),
                agent.digestBytes(),
                agent.entryBytes(),
                percent(agent.digestBytes() + agent.entryBytes(), whole.entryBytes()));
        return whole.entryBytes();
    }

    private static double percent(long part, long of) {
        return 100.0 * part / of;
    }

    private static void mergeRange(KeyRange range, ClaimFile claims, NodeListing listing, Counts counts)
            throws IOException {
        try (ClaimFile.Claims some = claims.of(NODE, range)) {
            MergeJoin.join(some, listing.entries(range), counts);
        }
    }

    /** Nothing has drifted: no range differs, so digests are all that is sent. */
    private void compareEqual(BenchCopies copies, BenchInventory inventory, long listingBytes) throws Exception {
        ClaimFile equal = writeClaims(copies, false);
        BenchAgent agent = new BenchAgent(inventory);
        NodeListing listing = new NodeListing(NODE, agent, RUN.runId(), equal, new RunScope(), TIMEOUT);
        double seconds =
                seconds(() -> assertThat(listing.differing(claim -> {})).isEmpty());
        print(
                "ranges, nothing drifted: %s, %,d bytes of digests sent, %.3f %%",
                rate(copies.count(), seconds), agent.digestBytes(), percent(agent.digestBytes(), listingBytes));
        equal.delete();
    }
}
