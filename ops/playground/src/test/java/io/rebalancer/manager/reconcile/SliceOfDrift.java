package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.MergeJoin;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.manager.reconcile.BenchCopies.Drift;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The differences in a hundredth of the keys, which is few enough to compare them with maps as well. */
final class SliceOfDrift implements MergeJoin.Sink {
    private static final int SLICES = 100;

    private final TreeSet<String> found = new TreeSet<>();

    TreeSet<String> found() {
        return found;
    }

    private static boolean contains(CopyKey key) {
        return Math.floorMod(key.objectId().getLeastSignificantBits(), SLICES) == 0;
    }

    @Override
    public void claimOnly(Claim claim) {
        if (contains(claim.key()) && CandidateRules.compare(claim).isPresent()) {
            found.add("no file " + claim.key());
        }
    }

    @Override
    public void both(Claim claim, InventoryEntry entry) {
        if (contains(claim.key()) && CandidateRules.compare(claim, entry).isPresent()) {
            found.add("other length " + claim.key());
        }
    }

    @Override
    public void fileOnly(InventoryEntry entry) {
        if (contains(entry.key())) {
            found.add("no record " + entry.key());
        }
    }

    /** The same by brute force: the lengths of all claims and of all files of the slice, in maps. */
    static TreeSet<String> byMaps(BenchCopies copies) {
        Map<CopyKey, Long> claims = new HashMap<>();
        Map<CopyKey, Long> files = new HashMap<>();
        for (long number = 0; number < copies.count(); number++) {
            CopyKey key = BenchCopies.key(number);
            if (contains(key)) {
                Drift drift = BenchCopies.drift(number);
                if (drift != Drift.NO_RECORD) {
                    claims.put(key, BenchCopies.sizeBytes(number));
                }
                if (drift != Drift.NO_FILE) {
                    files.put(key, BenchCopies.sizeBytes(number) + (drift == Drift.OTHER_LENGTH ? 1 : 0));
                }
            }
        }
        TreeSet<String> differences = new TreeSet<>();
        claims.forEach((key, length) -> {
            if (!files.containsKey(key)) {
                differences.add("no file " + key);
            } else if (!Objects.equals(files.get(key), length)) {
                differences.add("other length " + key);
            }
        });
        files.keySet().stream()
                .filter(key -> !claims.containsKey(key))
                .forEach(key -> differences.add("no record " + key));
        return differences;
    }
}
