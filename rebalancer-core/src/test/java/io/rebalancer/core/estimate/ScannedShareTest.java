package io.rebalancer.core.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The share counts the ids of both columns in all shards. */
class ScannedShareTest {
    private static final Map<Integer, RowIds> ROWS =
            Map.of(1, new RowIds(1, 100, 5_000_000_001L, 5_000_000_050L), 2, new RowIds(1, 200, 1, 0));

    private static ScannedShare share(Map<Integer, ScanPosition> positions) {
        return ScannedShare.of(positions, ROWS).orElseThrow();
    }

    @Test
    void aShardWithoutAPositionIsNotRead() {
        assertThat(share(Map.of())).isEqualTo(new ScannedShare(0, 350));
        assertThat(share(Map.of(1, ScanPosition.at(ScanColumn.ID, 41)))).isEqualTo(new ScannedShare(40, 350));
    }

    @Test
    void theSecondColumnFollowsTheFirst() {
        assertThat(share(Map.of(1, ScanPosition.at(ScanColumn.IDX, 5_000_000_011L))))
                .isEqualTo(new ScannedShare(110, 350));
    }

    @Test
    void unusedIdsBeforeAndBetweenTheColumnsDoNotCount() {
        Map<Integer, RowIds> rows = Map.of(1, new RowIds(901, 1000, 5_000_000_001L, 5_000_000_100L));
        assertThat(ScannedShare.of(Map.of(1, ScanPosition.at(ScanColumn.ID, 951)), rows))
                .contains(new ScannedShare(50, 200));
        assertThat(ScannedShare.of(Map.of(1, ScanPosition.at(ScanColumn.IDX, 1)), rows))
                .contains(new ScannedShare(100, 200));
    }

    @Test
    void rowsThatWereAddedSinceDoNotCount() {
        ScannedShare all = share(Map.of(
                1,
                ScanPosition.at(ScanColumn.IDX, 5_000_000_080L),
                2,
                ScanPosition.at(ScanColumn.IDX, Long.MAX_VALUE)));
        assertThat(all.isComplete()).isTrue();
        assertThat(all.fraction()).isEqualTo(1);
    }

    @Test
    void aScanByKeyShowsNoShare() {
        assertThat(ScannedShare.of(Map.of(1, ScanPosition.at(ScanColumn.KEY, 9, "/o/x", 0)), ROWS))
                .isEmpty();
    }

    @Test
    void aRegionWithoutRowsIsReadCompletely() {
        assertThat(ScannedShare.of(Map.of(), Map.of(1, new RowIds(1, 0, 1, 0))))
                .hasValueSatisfying(share -> assertThat(share.fraction()).isEqualTo(1));
    }
}
