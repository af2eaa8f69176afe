package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.storage.PlacementPolicy;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Passes if the datacenter of the storage node has space for everything: a destination there is right for every object. Warns
 * if objects have to go to other datacenters, which take no object that has a copy there.
 */
final class DatacentersCheck implements PreflightCheck {
    private final FleetQueries fleet;
    private final Supplier<PlacementPolicy> policy;

    DatacentersCheck(FleetQueries fleet, Supplier<PlacementPolicy> policy) {
        this.fleet = fleet;
        this.policy = policy;
    }

    @Override
    public CheckName name() {
        return CheckName.DATACENTERS;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving()
                .thenCombine(
                        fleet.nodes(),
                        (leaving, nodes) -> fleet.promises()
                                .thenApply(promises ->
                                        result(leaving, SpareSpace.of(leaving, nodes, promises, policy.get()))))
                .thenCompose(result -> result);
    }

    private CheckResult result(CopyLocation leaving, SpareSpace space) {
        if (space.spareMib().isEmpty()) {
            return CheckResult.fail(
                    name(),
                    "no datacenter has a destination with space",
                    "add storage nodes, start agents, or shorten placement.blacklisted-datacenters");
        }
        String own = leaving.datacenter();
        String spare = "MiB free by datacenter: " + space.spareMib();
        if (space.neededMib().isEmpty() && space.mibIn(own) > 0) {
            return CheckResult.unknown(name(), "storinfo does not report how much the storage node uses; " + spare);
        }
        boolean fitsIntoOwn = space.mibIn(own) > 0 && space.neededMib().getAsLong() <= space.mibIn(own);
        return fitsIntoOwn
                ? CheckResult.pass(name(), "datacenter " + own + " has space for everything; " + spare)
                : CheckResult.warn(
                        name(),
                        "datacenter " + own + " of the storage node has no space for everything; " + spare,
                        "add storage nodes to that datacenter; an object with a copy in every other datacenter can't move");
    }
}
