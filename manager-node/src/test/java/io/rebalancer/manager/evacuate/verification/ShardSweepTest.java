package io.rebalancer.manager.evacuate.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.RecordAudit.Finding;
import io.rebalancer.core.port.RecordAudit.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The sweep of a shard whose rows are two maps from row id to kind; an object that names another node is empty. */
@Tag("slow")
class ShardSweepTest {
    private static final Instant AT = Instant.EPOCH;
    private static final int ROWS_PER_READ = 1000;

    private final NavigableMap<Long, Optional<Kind>> ids = new TreeMap<>();
    private final NavigableMap<Long, Optional<Kind>> idxs = new TreeMap<>();
    private final ShardSweep sweep = new ShardSweep(7, "test", RowWatermark.NONE, AT);
    private final List<ShardSweep.ReadRows> reads = new ArrayList<>();
    /** Runs before each read of a watermark, with the number of watermarks read before. */
    private IntConsumer beforeWatermark = number -> {};

    private void insert(NavigableMap<Long, Optional<Kind>> column, long first, long last) {
        LongStream.rangeClosed(first, last).forEach(id -> column.put(id, Optional.empty()));
    }

    private ShardEvidence run() {
        int watermarks = 0;
        while (true) {
            if (sweep.next() instanceof ShardSweep.ReadRows rows) {
                reads.add(rows);
                sweep.recordRows(read(rows));
            } else {
                beforeWatermark.accept(watermarks++);
                Optional<ShardEvidence> evidence =
                        sweep.recordWatermark(new RowWatermark(highest(ids), highest(idxs)), AT);
                if (evidence.isPresent()) {
                    return evidence.get();
                }
            }
        }
    }

    private static long highest(NavigableMap<Long, Optional<Kind>> column) {
        return column.isEmpty() ? 0 : column.lastKey();
    }

    private RecordAudit.Range read(ShardSweep.ReadRows rows) {
        NavigableMap<Long, Optional<Kind>> column = rows.column() == ScanColumn.ID ? ids : idxs;
        List<Long> found = new ArrayList<>(
                column.subMap(rows.first(), true, rows.last(), true).keySet());
        List<Long> read = found.subList(0, Math.min(ROWS_PER_READ, found.size()));
        List<Finding> findings = new ArrayList<>();
        for (long id : read) {
            column.getOrDefault(id, Optional.empty())
                    .ifPresent(kind -> findings.add(new Finding(id, new RecordRef(7, "/" + id), kind)));
        }
        return new RecordAudit.Range(
                read.size() < found.size() ? read.get(read.size() - 1) + 1 : rows.last() + 1, read, findings);
    }

    @Test
    void eachRowOfBothColumnsIsCountedOnceByItsKind() {
        insert(ids, 1, 25_000);
        insert(idxs, 40_000, 45_000);
        ids.put(5L, Optional.of(Kind.NAMES_NODE));
        ids.put(24_999L, Optional.of(Kind.UNREADABLE));
        idxs.put(40_000L, Optional.of(Kind.EXCLUDED));
        idxs.put(45_000L, Optional.of(Kind.UPLOAD));
        ShardEvidence evidence = run();
        assertThat(evidence.rows()).isEqualTo(new VerifiedRows(30_001, 1, 1, 1, 1));
        assertThat(evidence.complete()).isTrue();
        assertThat(evidence.before()).isEqualTo(new RowWatermark(25_000, 45_000));
        assertThat(evidence.after()).isEqualTo(evidence.before());
        assertThat(evidence.sample()).extracting(RecordRef::key).containsExactly("/5", "/24999", "/40000", "/45000");
    }

    @Test
    void aShardWithoutRowsIsNotAskedForRows() {
        assertThat(run())
                .isEqualTo(new ShardEvidence(
                        7, "test", RowWatermark.NONE, RowWatermark.NONE, true, VerifiedRows.NONE, List.of(), AT, AT));
        assertThat(reads).isEmpty();
    }

    @Test
    void rowsInsertedDuringTheReadAreReadToo() {
        insert(ids, 1, 100);
        beforeWatermark = number -> {
            if (number == 1) {
                insert(ids, 101, 200);
                ids.put(150L, Optional.of(Kind.NAMES_NODE));
            } else if (number == 2) {
                idxs.put(201L, Optional.of(Kind.NAMES_NODE));
            }
        };
        ShardEvidence evidence = run();
        assertThat(evidence.rows()).isEqualTo(new VerifiedRows(201, 2, 0, 0, 0));
        assertThat(evidence.before()).isEqualTo(new RowWatermark(100, 0));
        assertThat(evidence.after()).isEqualTo(new RowWatermark(200, 201));
        assertThat(evidence.complete()).isTrue();
    }

    /** A transaction takes an id, commits later than a transaction with a higher id, and is invisible meanwhile. */
    @Test
    void aRowThatIsCommittedBelowTheWatermarkIsReadToo() {
        insert(ids, 1, 30_000);
        ids.remove(25_000L);
        beforeWatermark = number -> {
            if (number == 1) {
                ids.put(25_000L, Optional.of(Kind.NAMES_NODE));
            }
        };
        ShardEvidence evidence = run();
        assertThat(evidence.rows()).isEqualTo(new VerifiedRows(30_000, 1, 0, 0, 0));
    }

    @Test
    void aRowThatIsDeletedDuringTheReadLowersTheWatermarkAndTheReadEnds() {
        insert(ids, 1, 100);
        beforeWatermark = number -> ids.remove(100L - number);
        ShardEvidence evidence = run();
        assertThat(evidence.complete()).isTrue();
        assertThat(evidence.after().highestId()).isLessThan(100);
    }

    @Test
    void endlessInsertsEndTheReadAsIncomplete() {
        insert(ids, 1, 10);
        beforeWatermark = number -> insert(ids, highest(ids) + 1, highest(ids) + 50_000);
        ShardEvidence evidence = run();
        assertThat(evidence.complete()).isFalse();
        assertThat(evidence.after().highestId()).isEqualTo(highest(ids) - 50_000);
        assertThat(evidence.rows().read())
                .as("all rows but those of the last insert")
                .isEqualTo(ids.size() - 50_000L);
    }

    @Test
    void theSampleIsBounded() {
        LongStream.rangeClosed(1, 5000).forEach(id -> ids.put(id, Optional.of(Kind.NAMES_NODE)));
        ShardEvidence evidence = run();
        assertThat(evidence.rows().naming()).isEqualTo(5000);
        assertThat(evidence.rows().ofNode()).isEqualTo(5000);
        assertThat(evidence.sample()).hasSize(ShardEvidence.MAX_SAMPLE).startsWith(new RecordRef(7, "/1"));
    }
}
