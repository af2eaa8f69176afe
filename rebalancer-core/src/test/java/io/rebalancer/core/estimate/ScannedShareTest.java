package io.rebalancer.core.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The share counts the ids of both columns in all shards. */
class ScannedShareTest {
    private static final Map<Integer, RowWatermark> HIGHEST =
            Map.of(1, new RowWatermark(100, 50), 2, new RowWatermark(200, 0));

    private static ScannedShare share(Map<Integer, ScanPosition> positions) {
        return ScannedShare.of(positions, HIGHEST).orElseThrow();
    }

    @Test
    void aShardWithoutAPositionIsNotRead() {
        assertThat(share(Map.of())).isEqualTo(new ScannedShare(0, 350));
        assertThat(share(Map.of(1, ScanPosition.at(ScanColumn.ID, 41)))).isEqualTo(new ScannedShare(40, 350));
    }

    @Test
    void theSecondColumnFollowsTheFirst() {
        assertThat(share(Map.of(1, ScanPosition.at(ScanColumn.IDX, 11)))).isEqualTo(new ScannedShare(110, 350));
    }

    @Test
    void rowsThatWereAddedSinceDoNotCount() {
        ScannedShare all = share(
                Map.of(1, ScanPosition.at(ScanColumn.IDX, 80), 2, ScanPosition.at(ScanColumn.IDX, Long.MAX_VALUE)));
        assertThat(all.isComplete()).isTrue();
        assertThat(all.fraction()).isEqualTo(1);
    }

    @Test
    void aScanByKeyShowsNoShare() {
        assertThat(ScannedShare.of(Map.of(1, ScanPosition.at(ScanColumn.KEY, 9, "/o/x", 0)), HIGHEST))
                .isEmpty();
    }

    @Test
    void aRegionWithoutRowsIsReadCompletely() {
        assertThat(ScannedShare.of(Map.of(), Map.of(1, RowWatermark.NONE)))
                .hasValueSatisfying(share -> assertThat(share.fraction()).isEqualTo(1));
    }
}
