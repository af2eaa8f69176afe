package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * A separate process that stores objects and prints the number of each stored object, until it kills itself at a step.
 */
final class StoreUntilKilled {
    static final UUID ASSIGNMENT = new UUID(8, 8);
    private static final int GROUP = 4;

    /** The points at which the process can kill itself. */
    enum Step {
        BEFORE_CREATE,
        AFTER_CREATE,
        IN_MID_WRITE,
        BEFORE_FORCE,
        AFTER_FORCE,
        BEFORE_RENAME,
        AFTER_RENAME,
        BEFORE_DIRECTORY_FORCE,
        AFTER_DIRECTORY_FORCE,
        BEFORE_ACKNOWLEDGE,
        AFTER_ACKNOWLEDGE
    }

    private StoreUntilKilled() {}

    static byte[] content(long number) {
        byte[] bytes = new byte[10_000 + (int) (number % 7) * 1000];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    static ObjectKey key(long number) {
        return new ObjectKey(new UUID(1, number % 5), new UUID(2, number));
    }

    static ContentMd5 md5(byte[] bytes) throws Exception {
        return new ContentMd5(Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes)));
    }

    /** Sends SIGKILL to its own process when a step is reached for the nth time. */
    static final class Killer extends DiskOperations {
        private final Step step;
        private int remaining;

        Killer(Step step, int times) {
            this.step = step;
            this.remaining = times;
        }

        void at(Step now) {
            if (now == step && --remaining == 0) {
                try {
                    new ProcessBuilder(
                                    "kill",
                                    "-9",
                                    String.valueOf(ProcessHandle.current().pid()))
                            .start()
                            .waitFor();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException("the process could not kill itself", e);
                }
            }
        }

        @Override
        protected FileChannel create(Path file) throws IOException {
            at(Step.BEFORE_CREATE);
            FileChannel channel = super.create(file);
            at(Step.AFTER_CREATE);
            return channel;
        }

        @Override
        protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
            ByteBuffer half = bytes.duplicate();
            half.limit(half.position() + half.remaining() / 2);
            super.write(file, half);
            at(Step.IN_MID_WRITE);
            bytes.position(half.limit());
            super.write(file, bytes);
        }

        @Override
        protected void force(FileChannel file) throws IOException {
            at(Step.BEFORE_FORCE);
            super.force(file);
            at(Step.AFTER_FORCE);
        }

        @Override
        protected void rename(Path to, Work rename) throws IOException {
            at(Step.BEFORE_RENAME);
            super.rename(to, rename);
            at(Step.AFTER_RENAME);
        }

        @Override
        protected void forceDirectory(Path directory, Work force) throws IOException {
            at(Step.BEFORE_DIRECTORY_FORCE);
            super.forceDirectory(directory, force);
            at(Step.AFTER_DIRECTORY_FORCE);
        }
    }

    /** @param arguments the object root, the step, and n: the process kills itself at the nth time */
    public static void main(String[] arguments) throws Exception {
        Killer killer = new Killer(Step.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
        Path root = Path.of(arguments[0]);
        try (ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, killer)) {
            for (long number = 0; ; number += GROUP) {
                List<IncomingObject> group = new ArrayList<>();
                for (long each = number; each < number + GROUP; each++) {
                    byte[] bytes = content(each);
                    IncomingObject object = store.begin(key(each), bytes.length, md5(bytes));
                    object.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
                    object.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
                    object.verify(ASSIGNMENT, 0);
                    group.add(object);
                }
                if (!store.publish(group).isEmpty()) {
                    throw new IllegalStateException("a healthy disk failed to store an object");
                }
                for (IncomingObject object : group) {
                    object.close();
                    killer.at(Step.BEFORE_ACKNOWLEDGE);
                    System.out.println(object.key().objectId().getLeastSignificantBits());
                    System.out.flush();
                    killer.at(Step.AFTER_ACKNOWLEDGE);
                }
            }
        }
    }
}
