package io.rebalancer.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForceThreadsTest {
    private static final int MAX_SECONDS = 60;

    private final ForceThreads threads = new ForceThreads();
    private final Queue<Integer> forced = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void forcesEachItemOnce() {
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();
        threads.forEach(items, forced::add);
        assertEquals(items, forced.stream().sorted().toList());
        threads.forEach(List.of(), forced::add);
        assertEquals(1000, forced.size());
    }

    @Test
    void forcesAtTheSameTime() {
        CyclicBarrier allWait = new CyclicBarrier(17);
        threads.forEach(IntStream.range(0, 17).boxed().toList(), item -> {
            await(allWait);
            forced.add(item);
        });
        assertEquals(17, forced.size());
    }

    @Test
    void aGroupDoesNotWaitForTheThreadsOfAnother() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(17);
        CountDownLatch deviceAnswers = new CountDownLatch(1);
        Thread hanging =
                new Thread(() -> threads.forEach(IntStream.range(0, 17).boxed().toList(), item -> {
                    begun.countDown();
                    await(deviceAnswers);
                }));
        hanging.start();
        assertTrue(begun.await(MAX_SECONDS, TimeUnit.SECONDS));
        threads.forEach(List.of(1, 2, 3), forced::add);
        assertEquals(List.of(1, 2, 3), List.copyOf(forced));
        deviceAnswers.countDown();
        hanging.join();
    }

    @Test
    void anUnexpectedErrorIsThrownAfterAllCalls() {
        for (Throwable failure : List.of(new IllegalStateException("planted"), new StackOverflowError("planted"))) {
            forced.clear();
            Throwable thrown = assertThrows(
                    failure.getClass(),
                    () -> threads.forEach(IntStream.range(0, 50).boxed().toList(), failingAt7(failure)));
            assertSame(failure, thrown);
            assertEquals(49, forced.size());
        }
    }

    private Consumer<Integer> failingAt7(Throwable failure) {
        return item -> {
            if (item == 7 && failure instanceof Error error) {
                throw error;
            }
            if (item == 7) {
                throw (RuntimeException) failure;
            }
            forced.add(item);
        };
    }

    @Test
    void anInterruptDoesNotEndTheWait() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch deviceAnswers = new CountDownLatch(1);
        Queue<Boolean> interruptedAfterwards = new ConcurrentLinkedQueue<>();
        Thread caller = new Thread(() -> {
            threads.forEach(List.of(1, 2), item -> {
                begun.countDown();
                awaitWithoutInterrupt(deviceAnswers);
                forced.add(item);
            });
            interruptedAfterwards.add(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertTrue(begun.await(MAX_SECONDS, TimeUnit.SECONDS));
        caller.interrupt();
        assertFalse(forced.contains(1));
        deviceAnswers.countDown();
        caller.join();
        assertEquals(2, forced.size());
        assertEquals(List.of(true), List.copyOf(interruptedAfterwards));
    }

    /** As a force, which no interrupt ends. */
    private static void awaitWithoutInterrupt(CountDownLatch latch) {
        boolean interrupted = Thread.interrupted();
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(MAX_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(MAX_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
