package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and digests of random trees are those of a map. */
class InventoryReaderTest extends InventoryFixture {

    private static CopyKey randomKey(Random random) {
        // Few owners, and high bits in both ids.
        return new CopyKey(
                new UUID(random.nextInt(5) * 0x4000_0000_0000_0000L, 1),
                new UUID(random.nextLong(), random.nextInt(3) - 1));
    }

    private static RangeDigest digest(TreeMap<CopyKey, Integer> model, Optional<CopyKey> after, CopyKey upTo) {
        long copies = 0;
        long hash = 0;
        for (var each : model.entrySet()) {
            if (new KeyRange(after, upTo).contains(each.getKey())) {
                copies++;
                hash ^= RangeDigest.hash(each.getKey(), each.getValue());
            }
        }
        return new RangeDigest(upTo, copies, hash);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void pagesAndDigestsEqualAModel(long seed) throws Exception {
        Random random = new Random(seed);
        TreeMap<CopyKey, Integer> model = new TreeMap<>();
        for (int i = 0; i < 400 * (seed - 1); i++) {
            CopyKey key = randomKey(random);
            model.put(key, random.nextInt(20));
            plant(key, "x".repeat(model.get(key)));
        }
        listReady(run(1));
        assertThat(allEntries(run(1)).stream().map(InventoryEntry::key)).isEqualTo(List.copyOf(model.keySet()));
        for (int round = 0; round < 30; round++) {
            List<CopyKey> bounds = Stream.concat(
                            Stream.generate(() -> randomKey(random)).limit(random.nextInt(10) + 1),
                            model.keySet().stream().filter(key -> random.nextInt(40) == 0))
                    .distinct()
                    .sorted()
                    .toList();
            Optional<CopyKey> after = random.nextBoolean() ? Optional.empty() : Optional.of(bounds.get(0));
            List<CopyKey> ends = after.isPresent() ? bounds.subList(1, bounds.size()) : bounds;
            List<RangeDigest> ranges = new ArrayList<>();
            List<Integer> differing = new ArrayList<>();
            Optional<CopyKey> from = after;
            for (CopyKey upTo : ends) {
                RangeDigest digest = digest(model, from, upTo);
                boolean differs = random.nextInt(3) == 0;
                if (differs) {
                    differing.add(ranges.size());
                    digest = random.nextBoolean()
                            ? new RangeDigest(upTo, digest.copies() + 1, digest.hash())
                            : new RangeDigest(upTo, digest.copies(), digest.hash() ^ 1);
                }
                ranges.add(digest);
                from = Optional.of(upTo);
            }
            assertThat(reader.differing(run(1).runId(), after, ranges)).isEqualTo(differing);
            if (ends.isEmpty()) {
                continue;
            }
            KeyRange range = new KeyRange(after, ends.get(ends.size() - 1));
            List<CopyKey> expected =
                    model.keySet().stream().filter(range::contains).toList();
            int limit = random.nextInt(50) + 1;
            var page = reader.entries(run(1).runId(), range, limit);
            assertThat(page.entries().stream().map(InventoryEntry::key))
                    .isEqualTo(expected.stream().limit(limit).toList());
            assertThat(page.last()).isEqualTo(expected.size() <= limit);
        }
    }

    @Test
    void invalidRangesAreRefused() throws Exception {
        listReady(run(1));
        RangeDigest range = RangeDigest.empty(copy(1));
        assertThatThrownBy(() -> reader.differing(run(1).runId(), Optional.empty(), List.of(range, range)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader.differing(run(1).runId(), Optional.of(copy(1)), List.of(range)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader.differing(run(1).runId(), Optional.empty(), Collections.nCopies(8193, range)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader.entries(run(2).runId(), KeyRange.ALL, 1))
                .isInstanceOf(InventoryNotReady.class)
                .hasMessageContaining("NONE");
        assertThat(reader.entries(run(1).runId(), KeyRange.ALL, -5).last()).isTrue();
    }
}
