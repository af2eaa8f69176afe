package io.rebalancer.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergeJoinTest {
    private static final UUID OWNER = UUID.fromString("8e5c3f1a-0000-4000-8000-000000000001");

    /** Computed by another program. */
    private static final long HASH_OF_1_2_3_4_5 = 0x9D67A4BE78A0B01AL;

    private static CopyKey key(long number) {
        return new CopyKey(OWNER, new UUID(number, 0));
    }

    private static Claim claim(CopyKey key, long size) {
        return new Claim(key, size, 1, 2, 2, 0, 1, List.of(1));
    }

    private static InventoryEntry entry(CopyKey key, long size) {
        return new InventoryEntry(key, size, 0, 0, false);
    }

    private static List<String> join(Iterator<Claim> claims, Iterator<InventoryEntry> entries) {
        List<String> outcome = new ArrayList<>();
        MergeJoin.join(claims, entries, new MergeJoin.Sink() {
            @Override
            public void claimOnly(Claim claim) {
                outcome.add("claim " + claim.key());
            }

            @Override
            public void both(Claim claim, InventoryEntry entry) {
                assertThat(claim.key()).isEqualTo(entry.key());
                outcome.add("both " + claim.key());
            }

            @Override
            public void fileOnly(InventoryEntry entry) {
                outcome.add("file " + entry.key());
            }
        });
        return outcome;
    }

    @Test
    void emptySides() {
        assertThat(join(Collections.emptyIterator(), Collections.emptyIterator()))
                .isEmpty();
        assertThat(join(List.of(claim(key(1), 1)).iterator(), Collections.emptyIterator()))
                .containsExactly("claim " + key(1));
        assertThat(join(Collections.emptyIterator(), List.of(entry(key(1), 1)).iterator()))
                .containsExactly("file " + key(1));
    }

    /** Against maps, with ids of both signs: the order is that of unsigned bytes, which is that of the text. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsWhatABruteForceComparisonFinds(long seed) {
        Random random = new Random(seed);
        SortedMap<String, CopyKey> claimed = new TreeMap<>();
        SortedMap<String, CopyKey> found = new TreeMap<>();
        for (int i = 0; i < 2000; i++) {
            CopyKey key = new CopyKey(
                    new UUID(random.nextInt(4) - 2, random.nextInt(3)), new UUID(random.nextLong(), random.nextLong()));
            if (random.nextInt(10) > 0) {
                claimed.put(key.toString(), key);
            }
            if (random.nextInt(10) > 0) {
                found.put(key.toString(), key);
            }
        }
        Map<String, String> expected = new TreeMap<>();
        claimed.keySet().forEach(key -> expected.put(key, found.containsKey(key) ? "both " : "claim "));
        found.keySet().forEach(key -> expected.putIfAbsent(key, "file "));
        assertThat(join(
                        claimed.values().stream().map(key -> claim(key, 1)).iterator(),
                        found.values().stream().map(key -> entry(key, 1)).iterator()))
                .containsExactlyElementsOf(expected.entrySet().stream()
                        .map(each -> each.getValue() + each.getKey())
                        .toList());
    }

    @Test
    void refusesASideThatIsNotAscending() {
        assertThatThrownBy(() -> join(
                        List.of(claim(key(2), 1), claim(key(1), 1)).iterator(),
                        List.of(entry(key(1), 1)).iterator()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not ascending");
        assertThatThrownBy(() -> join(
                        Collections.emptyIterator(),
                        List.of(entry(key(1), 1), entry(key(1), 1)).iterator()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void recordsOfTheSameCopyAreOneClaim() {
        Claim one = new Claim(key(1), 5, 1, 2, 3, Claim.REPORTS_RECORD, 1, List.of(9));
        Claim two = new Claim(key(1), 5, 1, 2, 2, Claim.ONE_DATACENTER, 1, List.of(4));
        Claim other = claim(key(2), 7);
        List<Claim> folded = new ArrayList<>();
        new FoldedClaims(List.of(one, two, other).iterator()).forEachRemaining(folded::add);
        assertThat(folded)
                .containsExactly(
                        new Claim(key(1), 5, 1, 2, 2, Claim.REPORTS_RECORD | Claim.ONE_DATACENTER, 2, List.of(4, 9)),
                        other);
    }

    @Test
    void recordsThatDisagreeOnTheContentAreContradictory() {
        Claim claim = claim(key(1), 5).with(claim(key(1), 6));
        assertThat(claim.has(Claim.CONTRADICTORY)).isTrue();
        assertThat(claim(key(1), 5).with(claim(key(1), 5)).has(Claim.CONTRADICTORY))
                .isFalse();
    }

    /** The reservation of an upload adds nothing to a record, and expects no file. */
    @Test
    void anUploadInProgressExpectsNoFile() {
        Claim reserved = new Claim(key(1), 0, 0, 0, 0, 0, 0, List.of(2));
        assertThat(reserved.expectsFile()).isFalse();
        assertThat(reserved.with(claim(key(1), 5))).isEqualTo(claim(key(1), 5));
        assertThat(claim(key(1), 5).with(reserved)).isEqualTo(claim(key(1), 5));
        assertThat(claim(key(1), 0).expectsFile()).isFalse();
    }

    @Test
    void aRangeOfAnOwnerHasAllItsKeysAndNoOther() {
        for (UUID owner : List.of(new UUID(0, 0), new UUID(0, 1), new UUID(5, 0), new UUID(-1, -1), OWNER)) {
            KeyRange range = KeyRange.ofOwner(owner);
            assertThat(range.contains(new CopyKey(owner, new UUID(0, 0)))).isTrue();
            assertThat(range.contains(new CopyKey(owner, new UUID(-1, -1)))).isTrue();
            UUID next = new UUID(
                    owner.getMostSignificantBits() + (owner.getLeastSignificantBits() == -1 ? 1 : 0),
                    owner.getLeastSignificantBits() + 1);
            UUID before = new UUID(
                    owner.getMostSignificantBits() - (owner.getLeastSignificantBits() == 0 ? 1 : 0),
                    owner.getLeastSignificantBits() - 1);
            assertThat(range.contains(new CopyKey(next, new UUID(0, 0)))).isFalse();
            assertThat(range.contains(new CopyKey(before, new UUID(-1, -1)))).isFalse();
        }
        assertThat(KeyRange.ALL.contains(CopyKey.FIRST)).isTrue();
        assertThat(KeyRange.ALL.contains(CopyKey.LAST)).isTrue();
        assertThatThrownBy(() -> new KeyRange(Optional.of(key(2)), key(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Managers and agents of different versions compare these. */
    @Test
    void theHashOfACopyNeverChanges() {
        assertThat(RangeDigest.hash(key(1), 5)).isEqualTo(RangeDigest.hash(key(1), 5));
        assertThat(RangeDigest.hash(new CopyKey(new UUID(1, 2), new UUID(3, 4)), 5))
                .isEqualTo(HASH_OF_1_2_3_4_5);
        assertThat(RangeDigest.hash(key(1), 5)).isNotEqualTo(RangeDigest.hash(key(1), 6));
        assertThat(RangeDigest.hash(key(1), 5)).isNotEqualTo(RangeDigest.hash(key(2), 5));
    }
}
