package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.metadata.KeptChunks;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayScan;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The manager's scan through a Moray shard over a real socket. */
@Tag("slow")
class MorayScanWireTest {
    private static final ActorTestKit KIT = MorayShard.kit("moray-scan");
    private static final String KEY = MorayShard.KEY;
    private static final UUID OBJECT = MorayShard.OBJECT;

    private MorayShard shard;
    private MorayTable table;
    private MorayShards shards;
    private MorayMetadataTier tier;
    private ScanPosition end = ScanPosition.START;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        shard = MorayShard.start(KIT.system());
        table = shard.table();
        shards = shard.shards();
        tier = new MorayMetadataTier(shards, "d");
    }

    @AfterEach
    void end() throws Exception {
        shard.close();
    }

    @Test
    void rowsAreFoundByBothIdColumns() throws Exception {
        for (int i = 0; i < 10; i++) {
            shard.put("/o/stor/" + i, new UUID(0, i), i % 2 == 0 ? MorayPut.RowId.CLASSIC : MorayPut.RowId.EXTENDED);
        }
        List<RecordScan.Row> rows = scan(3, List.of());
        assertThat(rows).extracting(row -> row.ref().key()).hasSize(10).doesNotHaveDuplicates();
        assertThat(rows).allSatisfy(row -> assertThat(row.record()).isPresent());
    }

    /** Scans the shard in chunks and returns all rows that name the first node. */
    private List<RecordScan.Row> scan(int maxRows, List<String> excluded) throws Exception {
        List<RecordScan.Row> rows = new ArrayList<>();
        RecordScan scan = new MorayScan(shards, () -> maxRows, () -> excluded, new KeptChunks(() -> {}));
        try (RecordScan.ShardCursor cursor = scan.open(1, MorayShard.FIRST, ScanPosition.START)) {
            boolean last = false;
            while (!last) {
                RecordScan.Chunk chunk = MorayShard.get(cursor.next());
                assertThat(chunk.rows()).hasSizeLessThanOrEqualTo(maxRows);
                rows.addAll(chunk.rows());
                end = chunk.end();
                last = chunk.last();
            }
        }
        return rows;
    }

    @Test
    void aRowOfTheNodeIsFoundWholeAmongRowsOfOtherNodes() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        for (int i = 0; i < 20; i++) {
            ObjectNode other = MorayShard.value("/o/stor/" + i, new UUID(0, i));
            ((ObjectNode) other.path("sharks").path(0)).put("manta_storage_id", "9.stor.d");
            table.put("manta", "/o/stor/" + i, other, EtagCondition.any());
        }
        assertThat(scan(7, List.of())).singleElement().satisfies(row -> {
            assertThat(row.ref().key()).isEqualTo(KEY);
            assertThat(row.record())
                    .contains(MorayShard.get(tier.read(new RecordRef(1, KEY))).orElseThrow());
        });
    }

    @Test
    void anEmptyShardHasNoRows() throws Exception {
        assertThat(scan(3, List.of())).isEmpty();
    }

    @Test
    void aResumedScanMissesNoRow() throws Exception {
        for (int i = 0; i < 50; i++) {
            shard.put("/o/stor/" + i, new UUID(0, i), i % 3 == 0 ? MorayPut.RowId.EXTENDED : MorayPut.RowId.CLASSIC);
            table.delete("manta", "/o/stor/" + (i - i % 7), EtagCondition.any());
        }
        List<String> complete =
                scan(4, List.of()).stream().map(row -> row.ref().key()).toList();
        List<String> resumed = new ArrayList<>();
        ScanPosition from = ScanPosition.START;
        boolean last = false;
        while (!last) {
            RecordScan scan = new MorayScan(shards, () -> 4, List::of, new KeptChunks(() -> {}));
            try (RecordScan.ShardCursor cursor = scan.open(1, MorayShard.FIRST, from)) {
                RecordScan.Chunk chunk = MorayShard.get(cursor.next());
                chunk.rows().forEach(row -> resumed.add(row.ref().key()));
                assertThat(chunk.end()).isGreaterThanOrEqualTo(from);
                from = chunk.end();
                last = chunk.last();
            }
        }
        assertThat(resumed).isEqualTo(complete).isNotEmpty();
    }

    @Test
    void excludedRecordsStayAndAreCounted() throws Exception {
        shard.put("/o/stor/logs/1", new UUID(0, 1), MorayPut.RowId.CLASSIC);
        shard.put("/o/stor/logs/2", new UUID(0, 2), MorayPut.RowId.EXTENDED);
        shard.put("/o/stor/data", new UUID(0, 3), MorayPut.RowId.CLASSIC);
        assertThat(scan(2, List.of("/stor/logs/", "/stor/usage/")))
                .singleElement()
                .satisfies(row -> assertThat(row.ref().key()).isEqualTo("/o/stor/data"));
        assertThat(end.excluded()).isEqualTo(2);
    }

    @Test
    void anUnreadableRowIsReportedAndTheOthersAreRead() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        ObjectNode bad = MorayShard.value("/o/stor/bad", OBJECT);
        bad.remove("objectId");
        table.put("manta", "/o/stor/bad", bad, EtagCondition.any());
        List<RecordScan.Row> rows = scan(10, List.of());
        assertThat(rows).hasSize(2);
        assertThat(rows)
                .filteredOn(row -> row.record().isEmpty())
                .singleElement()
                .satisfies(row -> assertThat(row.fault()).contains("objectId").contains("/o/stor/bad"));
    }
}
