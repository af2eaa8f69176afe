package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long the objects of ended assignments are remembered. */
class RecentlySettledObjectsTest {
    private final RecentlySettledObjects settled = new RecentlySettledObjects(List.of(1, 2));
    private final RecordsInMemory records = new RecordsInMemory();
    private MetadataRecord record;

    @BeforeEach
    void put() {
        records.put(2, 2, 1, 2);
        record = records.rows(1).get(0).record().orElseThrow();
    }

    /** A chunk may have been read for another scan, at any time since this scan asked for the chunk before. */
    @Test
    void anObjectIsForgottenAtTheSecondRequestOfEachShard() {
        settled.add(List.of(object(2)), Leftover.NONE);
        settled.chunkRequested(1);
        settled.chunkRequested(2);
        assertThat(settled.contains(record)).isTrue();
        settled.chunkRequested(1);
        assertThat(settled.contains(record)).isTrue();
        settled.chunkRequested(2);
        assertThat(settled.contains(record)).isFalse();
    }

    @Test
    void aShardThatIsScannedNeedsNoMemory() {
        settled.add(List.of(object(2)), Leftover.NONE);
        settled.shardFinished(1);
        settled.chunkRequested(2);
        assertThat(settled.contains(record)).isTrue();
        settled.shardFinished(2);
        assertThat(settled.contains(record)).isFalse();
    }
}
