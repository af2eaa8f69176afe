package io.rebalancer.core.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one destination would receive.
 *
 * @param mib leased space: each object rounded up to whole MiB
 * @param fill the used share of its disk before and after; empty if storinfo's report does not determine it
 */
public record DestinationShare(CopyLocation destination, long objects, long bytes, long mib, Optional<Fill> fill) {

    /**
     * The used share of a disk in percent, rounded up.
     *
     * @param before as storinfo reported it when the plan began
     * @param after with the objects of the plan, and nothing else
     * @param usedMib MiB that are used before, at most 1 % of the disk too much
     */
    public record Fill(int before, int after, long usedMib) {

        /** The fill of {@code node} before and after {@code mib} more; empty for a node at 100 %. */
        static Optional<Fill> of(StorageNode node, long mib) {
            OptionalLong used = SpaceRules.usedMib(node);
            if (used.isEmpty()) {
                return Optional.empty();
            }
            double totalMib = node.availableMib() / (1 - node.percentUsed() / 100.0);
            double after = totalMib == 0 ? node.percentUsed() : node.percentUsed() + 100.0 * mib / totalMib;
            return Optional.of(new Fill(node.percentUsed(), (int) Math.ceil(after), used.getAsLong()));
        }
    }

    /** @param node the destination as storinfo reported it when the plan began, if it did */
    public static DestinationShare of(
            CopyLocation destination, long objects, long bytes, long mib, Optional<StorageNode> node) {
        return new DestinationShare(destination, objects, bytes, mib, node.flatMap(each -> Fill.of(each, mib)));
    }

    /** Whether the disk would be used above {@code maxFillPercent}, and was not before. */
    public boolean isAbove(int maxFillPercent) {
        return fill.filter(each -> each.before() <= maxFillPercent && each.after() > maxFillPercent)
                .isPresent();
    }
}
