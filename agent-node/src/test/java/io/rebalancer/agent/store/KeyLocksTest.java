package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyLocksTest {
    private static final long DEADLINE_SECONDS = 60;
    private static final UUID ASSIGNMENT = new UUID(5, 5);

    private final KeyLocks locks = new KeyLocks();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static ObjectKey key(long number) {
        return StoreUntilKilled.key(number);
    }

    @Test
    void aLockedObjectMakesOtherThreadsWait() throws Exception {
        AtomicBoolean entered = new AtomicBoolean();
        KeyLocks.Held held = locks.lock(key(1));
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(
                () -> {
                    try (KeyLocks.Held second = locks.lock(List.of(key(1), key(2)))) {
                        entered.set(locks.size() == 2);
                    }
                },
                threads);
        try (KeyLocks.Held other = locks.lock(key(3))) {
            assertThat(waiting).as("waits for the first object").isNotDone();
            assertThat(entered).isFalse();
        }
        held.close();
        waiting.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(entered).isTrue();
        assertThat(locks.size()).as("no lock is left").isZero();
    }

    @Test
    void theSameObjectTwiceInAGroupIsLockedOnce() {
        locks.lock(List.of(key(1), key(1))).close();
        assertThat(locks.size()).isZero();
    }

    /** Each group locks the objects in the opposite order of the other group. */
    @Test
    void groupsWithCrossingKeysDoNotWaitForEachOther() throws Exception {
        List<ObjectKey> keys = new ArrayList<>();
        for (long number = 0; number < 20; number++) {
            keys.add(key(number));
        }
        List<ObjectKey> reversed = new ArrayList<>(keys);
        Collections.reverse(reversed);
        List<CompletableFuture<Void>> groups = new ArrayList<>();
        for (List<ObjectKey> group : List.of(keys, reversed)) {
            groups.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 5_000; i++) {
                            locks.lock(group).close();
                        }
                    },
                    threads));
        }
        for (CompletableFuture<Void> group : groups) {
            group.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(locks.size()).isZero();
    }

    /** Without the lock, a discard that comes between a publish and the search behind it takes the wrong file away. */
    @Test
    void publishAndDiscardOfOneObjectAreOrdered(@TempDir Path root) throws Exception {
        try (ObjectStore store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE)) {
            CompletableFuture<Void> publisher = CompletableFuture.runAsync(() -> publishManyTimes(store, 1), threads);
            CompletableFuture<Void> rival = CompletableFuture.runAsync(() -> publishManyTimes(store, 2), threads);
            int discarded = 0;
            while (!publisher.isDone() || !rival.isDone()) {
                discarded += store.discard(key(1), ASSIGNMENT) == Discarded.DISCARDED ? 1 : 0;
                byte[] found = StoreUntilKilled.content(1);
                store.find(key(1), found.length, StoreUntilKilled.md5(found));
            }
            publisher.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            rival.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(discarded).isPositive();
            store.discard(key(1), ASSIGNMENT);
            assertThat(store.path(key(1))).doesNotExist();
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .untilAsserted(() -> assertThat(TemporaryFiles.of(root)).isEmpty());
        }
    }

    /** Publishes the same object with one of two contents, so that the publishers replace each other's files. */
    private static void publishManyTimes(ObjectStore store, long content) {
        try {
            byte[] bytes = StoreUntilKilled.content(content);
            for (int i = 0; i < 200; i++) {
                try (IncomingObject object = store.begin(key(1), bytes.length, StoreUntilKilled.md5(bytes))) {
                    object.write(ByteBuffer.wrap(bytes));
                    object.verify(ASSIGNMENT, 0);
                    store.publish(object);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
