package io.rebalancer.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.object.StorageNodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpaceRulesTest {

    /** The table and the worked example of the legacy manager (manta.md 13.1). */
    @ParameterizedTest
    @CsvSource({
        "900, 10, 80, 100, 600",
        "900, 10, 80, 300, 400",
        "100, 90, 80, 100, 0",
        "20, 80, 90, 11, 0",
        "20, 80, 90, 9, 1",
        "0, 100, 100, 9, 0",
        "100, 100, 100, 9, 0"
    })
    void availableSpaceMatchesTheLegacyManager(
            long availableMib, int percentUsed, int ceiling, long promisedMib, long expected) {
        StorageNode node = new StorageNode(new StorageNodeId("1.stor.example.com"), "dc1", availableMib, percentUsed);
        assertThat(SpaceRules.availableMib(node, ceiling, promisedMib)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"900, 10, 100", "800000, 20, 200000", "100, 0, 0", "0, 99, 0"})
    void usedSpaceIsDerivedFromTheFreeSpace(long availableMib, int percentUsed, long expected) {
        StorageNode node = new StorageNode(new StorageNodeId("1.stor.example.com"), "dc1", availableMib, percentUsed);
        assertThat(SpaceRules.usedMib(node)).hasValue(expected);
    }

    @Test
    void theUsedSpaceOfAFullNodeIsUnknown() {
        assertThat(SpaceRules.usedMib(new StorageNode(new StorageNodeId("1.stor.example.com"), "dc1", 0, 100)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1048576, 1", "1048577, 2"})
    void sizesAreRoundedUpToWholeMebibytes(long bytes, long mib) {
        assertThat(SpaceRules.mibFor(bytes)).isEqualTo(mib);
    }

    @Test
    void anImpossibleReportIsRejected() {
        assertThatThrownBy(() -> new StorageNode(new StorageNodeId("1.stor.example.com"), "dc1", 5, 101))
                .hasMessageContaining("1.stor.example.com")
                .hasMessageContaining("101 %");
    }
}
