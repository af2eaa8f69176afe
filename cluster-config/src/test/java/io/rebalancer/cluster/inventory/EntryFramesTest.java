package io.rebalancer.cluster.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.port.NodeInventory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EntryFramesTest {

    private static List<InventoryEntry> entries(int count) {
        Random random = new Random(count);
        List<InventoryEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new InventoryEntry(
                    new CopyKey(
                            new UUID(random.nextLong(), random.nextLong()),
                            new UUID(random.nextLong(), random.nextLong())),
                    random.nextLong(),
                    i % 3 == 0 ? InventoryEntry.UNKNOWN_TIME : random.nextLong(),
                    random.nextLong(),
                    random.nextBoolean()));
        }
        return entries;
    }

    @Test
    void entriesSurviveARoundTrip() {
        for (int count : new int[] {0, 1, 2, 1000, NodeInventory.MAX_ENTRIES}) {
            byte[] frame = EntryFrames.encode(entries(count));
            assertThat(frame.length).isLessThan(500 << 10);
            assertThat(EntryFrames.decode(frame)).isEqualTo(entries(count));
        }
        assertThatThrownBy(() -> EntryFrames.encode(entries(NodeInventory.MAX_ENTRIES + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eachChangedBitIsFound() {
        byte[] frame = EntryFrames.encode(entries(5));
        for (int bit = 0; bit < frame.length * Byte.SIZE; bit++) {
            byte[] damaged = frame.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatThrownBy(() -> EntryFrames.decode(damaged))
                    .as("bit " + bit)
                    .isInstanceOf(FrameRejected.class);
        }
    }

    @Test
    void aFrameThatWasCutOffOrExtendedIsRefused() {
        byte[] frame = EntryFrames.encode(entries(100));
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> EntryFrames.decode(cut))
                    .as("length " + length)
                    .isInstanceOf(FrameRejected.class);
        }
        assertThatThrownBy(() -> EntryFrames.decode(Arrays.copyOf(frame, frame.length + 1)))
                .isInstanceOf(FrameRejected.class);
    }

    @Test
    void aFrameOfALaterVersionIsNamed() {
        byte[] frame = EntryFrames.encode(entries(1));
        frame[0] = 2;
        assertThatThrownBy(() -> EntryFrames.decode(frame)).hasMessageContaining("version 2");
    }
}
