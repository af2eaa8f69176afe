package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.FoldedClaims;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.MergeJoin;
import io.rebalancer.core.reconcile.CandidateRules.Drift;
import io.rebalancer.core.reconcile.CandidateRules.LiveRecord;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.ModelWorld.Record;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A run and the run that carries out its plan, in their order of reads: the claims of each shard; for each storage node the
 * listing, the records again shard by shard, and the files again; later, for each node with findings, records and files once
 * more, and the moves. What is decided is decided by {@link MergeJoin} and {@link CandidateRules}.
 */
final class ModelRun implements ModelActor {
    /** Files must be older to be orphans. */
    static final long FILE_GRACE = 100;

    /** The time between the plan and its moves. A link that was read before the plan is written by then, or never. */
    static final long PLAN_DELAY = ModelUsers.MAX_LINK + 1;

    private static final Duration RECORD_GRACE = Duration.ofMillis(5);
    private static final int SILENT_SHARDS = 12;
    private static final int HALF = ModelWorld.OBJECTS / 2;

    private final ModelWorld world;
    private final boolean shardsFail;
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final List<List<Claim>> claims = new ArrayList<>();
    private final List<List<CopyFacts>> plan = new ArrayList<>();
    private final List<String> orphans = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private boolean allClaimsRead = true;
    private long plannedAt;

    /** @param shardsFail whether shards sometimes do not answer */
    ModelRun(ModelWorld world, boolean shardsFail) {
        this.world = world;
        this.shardsFail = shardsFail;
        for (int node = 0; node < ModelWorld.NODES; node++) {
            claims.add(new ArrayList<>());
            plan.add(new ArrayList<>());
        }
        for (int shard = 0; shard < ModelWorld.SHARDS; shard++) {
            int read = shard;
            steps.add(() -> readClaims(read));
        }
        for (int node = 0; node < ModelWorld.NODES; node++) {
            new Comparison(node).addSteps();
        }
        steps.add(this::awaitDelay);
    }

    /** The orphans that the run found. */
    List<String> orphans() {
        return orphans;
    }

    /** What else it found. */
    List<String> others() {
        return others;
    }

    @Override
    public boolean step() {
        steps.removeFirst().run();
        return !steps.isEmpty();
    }

    private boolean answers(int shard) {
        boolean silent = shardsFail && world.oneIn(SILENT_SHARDS);
        if (silent) {
            world.note(() -> "shard " + (shard + 1) + " does not answer the run");
        }
        return !silent;
    }

    private boolean countsAsSilent() {
        return world.fault != ModelFault.SILENT_SHARD_IS_EMPTY;
    }

    private void readClaims(int shard) {
        if (!answers(shard)) {
            allClaimsRead &= !countsAsSilent();
            return;
        }
        world.note(() -> "the run reads the claims of shard " + (shard + 1));
        for (Record each : world.records(shard)) {
            for (int node = 0; node < ModelWorld.NODES; node++) {
                if (each.names(node)) {
                    claims.get(node).add(claim(each, shard));
                }
            }
        }
    }

    private static Claim claim(Record each, int shard) {
        return new Claim(ModelWorld.key(each.object()), each.record().sizeBytes(), 1, 2, 2, 0, 1, List.of(shard + 1));
    }

    private CandidateRules rules(int node, long nodeNow, boolean complete) {
        long grace = world.fault == ModelFault.NO_FILE_GRACE ? 0 : FILE_GRACE;
        CandidateRules.Limits limits =
                new CandidateRules.Limits(Duration.ofMillis(grace), RECORD_GRACE, 1, ModelWorld.NODES, false);
        return new CandidateRules(ModelWorld.id(node), limits, nodeNow, world.now(), complete);
    }

    /** The listing of a node, and what differs from the claims. */
    private final class Comparison {
        private final int node;
        private final List<InventoryEntry> entries = new ArrayList<>();
        private final List<Candidate> candidates = new ArrayList<>();
        private long begunAt;

        Comparison(int node) {
            this.node = node;
        }

        void addSteps() {
            steps.add(() -> {
                begunAt = world.now();
                entries.addAll(world.list(node, 0, HALF));
            });
            steps.add(() -> {
                entries.addAll(world.list(node, HALF, ModelWorld.OBJECTS));
                if (world.fault == ModelFault.LISTING_LOSES_A_FILE && !entries.isEmpty()) {
                    entries.remove(entries.size() - 1);
                }
                world.note(() -> "the agent of node " + (node + 1) + " has listed " + entries.size() + " files");
                merge();
            });
        }

        private void merge() {
            List<Claim> claimed = claims.get(node);
            claimed.sort(Comparator.comparing(Claim::key));
            MergeJoin.join(new FoldedClaims(claimed.iterator()), entries.iterator(), new MergeJoin.Sink() {
                @Override
                public void claimOnly(Claim claim) {
                    CandidateRules.compare(claim).ifPresent(candidates::add);
                }

                @Override
                public void both(Claim claim, InventoryEntry entry) {
                    CandidateRules.compare(claim, entry).ifPresent(candidates::add);
                }

                @Override
                public void fileOnly(InventoryEntry entry) {
                    candidates.add(Candidate.orphan(entry));
                }
            });
            if (!candidates.isEmpty()) {
                new Look(
                                candidates.stream()
                                        .map(each -> ModelWorld.object(each.key()))
                                        .toList(),
                                node,
                                this::decide)
                        .addFirst();
            }
        }

        private void decide(List<SecondLook> looks) {
            CandidateRules rules = rules(node, begunAt, allClaimsRead);
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get(i);
                if (rules.decide(candidate, looks.get(i)) instanceof Drift drift) {
                    String name = ModelWorld.name(node, ModelWorld.object(candidate.key()));
                    world.note(() -> "the run finds " + drift.kind().word() + ": " + name);
                    if (drift.kind() == DriftKind.ORPHAN_FILE) {
                        orphans.add(name);
                        plan.get(node).add(looks.get(i).facts());
                    } else {
                        others.add(drift.kind().word() + ": " + name);
                    }
                }
            }
            plannedAt = world.now();
        }
    }

    /** A look at records and files as they are now: a step for each shard, and one for the storage node. */
    private final class Look {
        private final List<Integer> objects;
        private final int node;
        private final Consumer<List<SecondLook>> then;
        private final List<Record> records = new ArrayList<>();
        private boolean allShards = true;

        Look(List<Integer> objects, int node, Consumer<List<SecondLook>> then) {
            this.objects = objects;
            this.node = node;
            this.then = then;
        }

        /** Makes it the next that the run does. */
        void addFirst() {
            steps.addFirst(this::readFiles);
            for (int shard = 0; shard < ModelWorld.SHARDS && world.fault != ModelFault.NO_SECOND_LOOK; shard++) {
                int read = shard;
                steps.addFirst(() -> readRecords(read));
            }
        }

        private void readRecords(int shard) {
            if (answers(shard)) {
                records.addAll(world.records(shard));
                world.note(() -> "the run looks at the records of shard " + (shard + 1));
            } else {
                allShards &= !countsAsSilent();
            }
        }

        private void readFiles() {
            world.note(() -> "the run looks at files of node " + (node + 1));
            List<SecondLook> looks = new ArrayList<>(objects.size());
            for (int object : objects) {
                List<LiveRecord> live = new ArrayList<>();
                for (Record each : records) {
                    if (each.object() == object) {
                        live.add(new LiveRecord(each.record(), OptionalLong.of(each.modified())));
                    }
                }
                looks.add(new SecondLook(live, allShards, world.look(node, object)));
            }
            then.accept(looks);
        }
    }

    private void awaitDelay() {
        boolean isOver = world.now() - plannedAt >= PLAN_DELAY || world.fault == ModelFault.ACTS_AT_ONCE;
        if (!isOver && !orphans.isEmpty()) {
            steps.addFirst(this::awaitDelay);
            return;
        }
        for (int node = 0; node < ModelWorld.NODES; node++) {
            List<CopyFacts> planned = plan.get(node);
            if (!planned.isEmpty()) {
                int acting = node;
                List<Integer> objects = objects(planned, CopyFacts::key);
                steps.add(() -> new Look(objects, acting, looks -> order(acting, planned, looks)).addFirst());
            }
        }
    }

    private static <T> List<Integer> objects(List<T> copies, Function<T, CopyKey> key) {
        return copies.stream().map(key).map(ModelWorld::object).toList();
    }

    /** Orders the move of what is still an orphan, and still the file of the plan. */
    private void order(int node, List<CopyFacts> planned, List<SecondLook> looks) {
        CandidateRules rules = rules(node, world.now(), true);
        for (int i = 0; i < looks.size(); i++) {
            CopyFacts seen = looks.get(i).facts();
            CopyFacts expected = world.fault == ModelFault.FORGETS_THE_PLANNED_FILE ? seen : planned.get(i);
            InventoryEntry entry = new InventoryEntry(
                    expected.key(), expected.sizeBytes(), expected.modifiedMillis(), expected.changedMillis(), false);
            if (rules.decide(Candidate.orphan(entry), looks.get(i)) instanceof Drift) {
                QuarantineOrder.File file = new QuarantineOrder.File(
                        seen.key(), seen.sizeBytes(), seen.modifiedMillis(), seen.changedMillis());
                steps.addFirst(() -> move(node, file));
            }
        }
    }

    private void move(int node, QuarantineOrder.File file) {
        boolean moved = world.quarantine(node, file);
        world.note(() -> ModelWorld.name(node, ModelWorld.object(file.key()))
                + (moved ? " is moved into the quarantine" : " is not moved"));
    }
}
