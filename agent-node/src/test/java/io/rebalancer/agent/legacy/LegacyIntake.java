package io.rebalancer.agent.legacy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Legacy managers that send assignments and never delete them. Each assignment has 50 tasks. All fail at once, except one in
 * every tenth assignment, whose object the agent finds in place.
 */
final class LegacyIntake {
    private static final int TASKS = 50;
    private static final int CLIENTS = 16;
    private static final int HTTP_OK = 200;
    private static final int HTTP_CONFLICT = 409;
    private static final int HTTP_BUSY = 503;

    private final TestAgent agent;
    private final UUID object = UUID.randomUUID();
    private final AtomicInteger next = new AtomicInteger();

    LegacyIntake(TestAgent agent) throws Exception {
        this.agent = agent;
        agent.putObject(object);
    }

    /** The id of the assignment with this number, from 0. */
    static UUID id(int number) {
        return new UUID(0xA55L, number);
    }

    /** Sends all assignments up to this number, and returns when the agent has accepted them. */
    void sendUntil(int assignments) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> {
                    sendNext(assignments);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
        next.set(assignments);
    }

    private void sendNext(int assignments) throws Exception {
        for (int number = next.getAndIncrement(); number < assignments; number = next.getAndIncrement()) {
            int status = HTTP_BUSY;
            while (status == HTTP_BUSY) {
                status = send(number);
            }
            if (status != HTTP_OK && status != HTTP_CONFLICT) {
                throw new IllegalStateException("assignment " + number + " was answered with " + status);
            }
        }
    }

    /** The agent closes an idle connection, perhaps while a request is sent on it. A repeated assignment is a conflict. */
    private int send(int number) throws Exception {
        try {
            return agent.post(id(number), tasks(number)).statusCode();
        } catch (IOException e) {
            return agent.post(id(number), tasks(number)).statusCode();
        }
    }

    private List<String> tasks(int number) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            boolean isInPlace = i == 0 && number % 10 == 0;
            tasks.add(TestAgent.task(isInPlace ? object.toString() : number + "-is-not-a-uuid-" + i, "2.stor.d"));
        }
        return tasks;
    }

    /** The heap in use after a collection, in bytes. */
    static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
