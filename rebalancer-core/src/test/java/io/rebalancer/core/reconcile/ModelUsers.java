package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.reconcile.ModelWorld.Record;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** All that changes files and records while runs compare them. Each may crash before any of its steps. */
final class ModelUsers {
    /** An upload that takes longer is refused. It must be shorter than the grace of files. */
    static final long MAX_UPLOAD = 60;
    /** A link that takes longer is refused. */
    static final long MAX_LINK = 10;
    /** How long the garbage collection waits before it removes a file. It must be longer than a link takes. */
    static final long GARBAGE_DELAY = 20;

    private static final int CRASHES = 16;

    private ModelUsers() {}

    private static List<CopyLocation> copies(int... nodes) {
        List<CopyLocation> copies = new ArrayList<>(nodes.length);
        for (int node : nodes) {
            copies.add(new CopyLocation("dc", ModelWorld.id(node)));
        }
        return copies;
    }

    /** Does steps in order until one of them ends it, or it crashes. */
    private static final class Sequence implements ModelActor {
        private final ModelWorld world;
        private final String what;
        private final BooleanSupplier[] steps;
        private int next;

        /** @param steps each returns whether the sequence continues */
        Sequence(ModelWorld world, String what, BooleanSupplier... steps) {
            this.world = world;
            this.what = what;
            this.steps = steps;
        }

        @Override
        public boolean step() {
            if (world.oneIn(CRASHES)) {
                world.note(() -> what + " crashes before step " + next);
                return false;
            }
            return steps[next++].getAsBoolean() && next < steps.length;
        }
    }

    /** Two files, then the record; a record of that name is overwritten. */
    static ModelActor upload(ModelWorld world) {
        int object = world.newObject();
        if (object == ModelWorld.NONE) {
            return () -> false;
        }
        int first = world.random.nextInt(ModelWorld.NODES);
        int second = (first + 1 + world.random.nextInt(ModelWorld.NODES - 1)) % ModelWorld.NODES;
        int shard = world.random.nextInt(ModelWorld.SHARDS);
        int name = world.random.nextInt(ModelWorld.NAMES);
        long begunAt = world.now();
        return new Sequence(
                world,
                "the upload of object " + object,
                () -> write(world, first, object),
                () -> write(world, second, object),
                () -> {
                    if (world.now() - begunAt <= MAX_UPLOAD) {
                        world.put(shard, name, object, copies(first, second));
                        world.note(() -> "shard " + (shard + 1) + " has a record of object " + object + " on nodes "
                                + (first + 1) + " and " + (second + 1));
                    }
                    return false;
                });
    }

    private static boolean write(ModelWorld world, int node, int object) {
        world.write(node, object);
        world.note(() -> "a user writes " + ModelWorld.name(node, object));
        return true;
    }

    static ModelActor delete(ModelWorld world) {
        return () -> {
            int shard = world.random.nextInt(ModelWorld.SHARDS);
            int name = world.random.nextInt(ModelWorld.NAMES);
            Record record = world.record(shard, name);
            if (record != null) {
                world.delete(shard, name);
                world.note(() -> "shard " + (shard + 1) + " deletes its record of object " + record.object());
            }
            return false;
        };
    }

    /** A further record of an object. Its first record is read before and may be gone when the link is written. */
    static ModelActor link(ModelWorld world, int mostOfAnObject) {
        int from = world.random.nextInt(ModelWorld.SHARDS);
        int to = world.random.nextInt(ModelWorld.SHARDS);
        int name = world.random.nextInt(ModelWorld.NAMES);
        Record source = world.record(from, world.random.nextInt(ModelWorld.NAMES));
        if (source == null || !world.mayLink(source.object(), mostOfAnObject)) {
            return () -> false;
        }
        long begunAt = world.now();
        world.note(() -> "a user reads the record of object " + source.object() + " in shard " + (from + 1)
                + ", to make a link");
        return new Sequence(world, "the link to object " + source.object(), () -> {
            if (world.now() - begunAt <= MAX_LINK) {
                world.put(to, name, source.object(), source.record().copies());
                world.note(() -> "shard " + (to + 1) + " has the link to object " + source.object());
            }
            return false;
        });
    }

    /** Removes a file that no record claims any more. Files that never had a record are not known to it. */
    static ModelActor collectGarbage(ModelWorld world) {
        return () -> {
            int node = world.random.nextInt(ModelWorld.NODES);
            int object = world.random.nextInt(ModelWorld.OBJECTS);
            if (world.hasFile(node, object)
                    && world.isUnclaimedFor(node, object, GARBAGE_DELAY)
                    && !world.isInUse(node, object)) {
                world.remove(node, object);
                world.note(() -> "the garbage collection removes " + ModelWorld.name(node, object));
            }
            return false;
        };
    }

    /**
     * Moves one copy: the destination accepts the assignment, gets the file, the record is changed if it is still the one
     * that was read, and the assignment is released. The old file stays. An evacuation may take any time.
     */
    static ModelActor evacuate(ModelWorld world) {
        int shard = world.random.nextInt(ModelWorld.SHARDS);
        int name = world.random.nextInt(ModelWorld.NAMES);
        Record record = world.record(shard, name);
        return record == null ? () -> false : new Evacuation(world, shard, name, record);
    }

    private static final class Evacuation implements ModelActor {
        private enum Step {
            ACCEPT,
            COPY,
            COMMIT,
            RELEASE
        }

        private final ModelWorld world;
        private final int shard;
        private final int name;
        private final Record record;
        private final int destination;
        private final int kept;
        private Step next = Step.ACCEPT;

        Evacuation(ModelWorld world, int shard, int name, Record record) {
            this.world = world;
            this.shard = shard;
            this.name = name;
            this.record = record;
            int free = 0;
            while (record.names(free)) {
                free++;
            }
            this.destination = free;
            this.kept = (free + 1 + world.random.nextInt(2)) % ModelWorld.NODES;
        }

        @Override
        public boolean step() {
            int object = record.object();
            if (next != Step.ACCEPT && next != Step.RELEASE && world.oneIn(CRASHES)) {
                // The agent has the assignment until a later incarnation of the job releases it.
                world.note(() -> "the evacuation of object " + object + " is given up");
                next = Step.RELEASE;
                return true;
            }
            switch (next) {
                case ACCEPT -> accept(object);
                case COPY -> copy(object);
                case COMMIT -> commit(object);
                case RELEASE -> {
                    world.release(destination, object);
                    world.note(() -> "the assignment of " + ModelWorld.name(destination, object) + " is released");
                    return false;
                }
            }
            return true;
        }

        private void accept(int object) {
            world.accept(destination, object);
            world.note(() -> "an assignment of " + ModelWorld.name(destination, object) + " is accepted");
            next = Step.COPY;
        }

        private void copy(int object) {
            if (world.hasFile(destination, object)) {
                world.adopt(destination, object);
                world.note(() -> "the assignment finds " + ModelWorld.name(destination, object));
                next = Step.COMMIT;
            } else if (world.hasFile(kept, object)) {
                world.write(destination, object);
                world.note(() -> "the assignment copies " + ModelWorld.name(destination, object));
                next = Step.COMMIT;
            } else {
                next = Step.RELEASE;
            }
        }

        private void commit(int object) {
            @Nullable Record current = world.record(shard, name);
            if (current != null
                    && current.record().etag().equals(record.record().etag())) {
                world.put(shard, name, object, copies(kept, destination));
                world.note(() -> "shard " + (shard + 1) + " has the record of object " + object + " on nodes "
                        + (kept + 1) + " and " + (destination + 1));
            }
            next = Step.RELEASE;
        }
    }
}
