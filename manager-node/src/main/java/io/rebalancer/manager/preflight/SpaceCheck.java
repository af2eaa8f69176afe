package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.storage.PlacementPolicy;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Fails if the destinations together have less space than the storage node uses. */
final class SpaceCheck implements PreflightCheck {
    private final FleetQueries fleet;
    private final Supplier<PlacementPolicy> policy;

    SpaceCheck(FleetQueries fleet, Supplier<PlacementPolicy> policy) {
        this.fleet = fleet;
        this.policy = policy;
    }

    @Override
    public CheckName name() {
        return CheckName.SPACE;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving()
                .thenCombine(
                        fleet.nodes(),
                        (leaving, nodes) -> fleet.promises()
                                .thenApply(promises -> result(SpareSpace.of(leaving, nodes, promises, policy.get()))))
                .thenCompose(result -> result);
    }

    private CheckResult result(SpareSpace space) {
        long spare = space.totalMib();
        String available = "the destinations have " + spare + " MiB below their fill ceiling that are not promised";
        String advice = "add storage nodes, start agents, or raise placement.max-fill-percent";
        if (spare == 0) {
            return CheckResult.fail(name(), available, advice);
        }
        if (space.neededMib().isEmpty()) {
            return CheckResult.unknown(name(), "storinfo does not report how much the storage node uses; " + available);
        }
        long needed = space.neededMib().getAsLong();
        String detail = "the storage node uses " + needed + " MiB; " + available;
        return needed > spare ? CheckResult.fail(name(), detail, advice) : CheckResult.pass(name(), detail);
    }
}
