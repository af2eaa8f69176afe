package io.rebalancer.core.reconcile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One random order of the steps of uploads, overwrites, links, deletes, evacuations and runs. The invariant is checked after
 * each step. In the end all users are quiet, and a run must find and move every orphan; the run after it finds nothing.
 */
final class Interleaving {
    private static final int ACTORS = 18;
    private static final int AT_A_TIME = 5;
    private static final int MAX_BURST_BITS = 6;
    /** Nothing waits longer than this number of turns. */
    private static final int MAX_TURNS = 2000;

    private final ModelWorld world;
    private final int linksOfAnObject;
    private final List<ModelActor> actors = new ArrayList<>();
    private int started;

    private Interleaving(long seed, ModelFault fault, int linksOfAnObject, @Nullable List<String> story) {
        this.world = new ModelWorld(new SplittableRandom(seed), fault, story);
        this.linksOfAnObject = linksOfAnObject;
    }

    /**
     * What is wrong with the interleaving of that seed; empty if nothing is.
     *
     * @param linksOfAnObject how often users may make a link to the same object
     */
    static Optional<String> check(long seed, ModelFault fault, int linksOfAnObject) {
        return new Interleaving(seed, fault, linksOfAnObject, null).run();
    }

    /** The same, with all steps before. */
    static String story(long seed, ModelFault fault, int linksOfAnObject) {
        List<String> story = new ArrayList<>();
        Optional<String> wrong = new Interleaving(seed, fault, linksOfAnObject, story).run();
        story.add(wrong.orElse("nothing is wrong"));
        return "seed " + seed + "\n" + String.join("\n", story);
    }

    private Optional<String> run() {
        Optional<String> wrong = Optional.empty();
        for (int turn = 0; wrong.isEmpty() && (started < ACTORS || !actors.isEmpty()); turn++) {
            if (turn == MAX_TURNS) {
                return Optional.of("the actors do not come to an end");
            }
            wrong = turn();
        }
        return wrong.isPresent() ? wrong : quietEnd();
    }

    /** Lets one actor do some steps. */
    private Optional<String> turn() {
        if (started < ACTORS && actors.size() < AT_A_TIME) {
            actors.add(newActor());
            started++;
        }
        int chosen = world.random.nextInt(actors.size());
        ModelActor actor = actors.get(chosen);
        boolean more = true;
        for (int burst = 1 << world.random.nextInt(MAX_BURST_BITS); burst > 0 && more; burst--) {
            more = actor.step();
            Optional<String> wrong = world.violation();
            if (wrong.isPresent()) {
                return wrong;
            }
            if (world.oneIn(8)) {
                world.pass(1);
            }
        }
        if (!more) {
            actors.remove(chosen);
        }
        passTime();
        return Optional.empty();
    }

    /** Now and then more time passes than an upload may take, or even the grace. */
    private void passTime() {
        if (world.oneIn(8)) {
            world.pass(world.random.nextInt((int) ModelRun.FILE_GRACE * 3 / 2));
        } else {
            world.pass(world.random.nextInt(2));
        }
    }

    private ModelActor newActor() {
        return switch (world.random.nextInt(12)) {
            case 0, 1, 2 -> ModelUsers.upload(world);
            case 3, 4, 5 -> ModelUsers.evacuate(world);
            case 6, 7 -> ModelUsers.link(world, linksOfAnObject);
            case 8 -> ModelUsers.delete(world);
            case 9 -> ModelUsers.collectGarbage(world);
            default -> new ModelRun(world, true);
        };
    }

    private Optional<String> quietEnd() {
        world.pass(ModelRun.FILE_GRACE);
        List<String> orphans = world.orphans();
        ModelRun first = new ModelRun(world, false);
        Optional<String> wrong = finish(first);
        if (wrong.isPresent()) {
            return wrong;
        }
        if (!new HashSet<>(orphans).equals(new HashSet<>(first.orphans()))
                || !first.others().isEmpty()) {
            return Optional.of("the last run found " + first.orphans() + " and " + first.others()
                    + ", but the orphans are " + orphans);
        }
        if (!world.orphans().isEmpty()) {
            return Optional.of("the last run did not move " + world.orphans());
        }
        ModelRun second = new ModelRun(world, false);
        return finish(second)
                .or(() -> second.orphans().isEmpty() && second.others().isEmpty()
                        ? Optional.empty()
                        : Optional.of("the run after the last one found " + second.orphans() + second.others()));
    }

    private Optional<String> finish(ModelRun run) {
        while (run.step()) {
            world.pass(1);
        }
        return world.violation();
    }
}
