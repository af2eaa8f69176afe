package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Disk operations of which the nth fails, so that a test can break a sequence of operations at each place. Nothing is forced: no power is cut. */
final class StepDisk extends DiskOperations {
    private Failure failure = Failure.NONE;
    private int step;
    private int failingStep;

    /** How the step fails. */
    enum Failure {
        NONE,
        /** The step has no effect and reports a fault; later steps succeed. */
        ONCE,
        /** The step and all later steps have no effect and report a fault. */
        FOR_EVER,
        /** The step has its effect and reports a fault all the same. */
        ONCE_AFTER_EFFECT,
        /** The process ends before the step. */
        CRASH_BEFORE,
        /** The process ends after the step. */
        CRASH_AFTER
    }

    /** The process has ended: no code of the store cleans up. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Fails the step after {@code skipped} further steps. */
    void failAfter(int skipped, Failure how) {
        failure = how;
        step = 0;
        failingStep = skipped;
    }

    void repair() {
        failure = Failure.NONE;
    }

    /** Whether the failing step was reached. */
    boolean hasFailed() {
        return step > failingStep;
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private <T> T run(Operation<T> operation) throws IOException {
        int now = step++;
        boolean fails = failure == Failure.FOR_EVER ? now >= failingStep : now == failingStep;
        if (!fails || failure == Failure.NONE) {
            return operation.run();
        }
        if (failure == Failure.CRASH_BEFORE) {
            throw new Crash();
        }
        if (failure == Failure.CRASH_AFTER || failure == Failure.ONCE_AFTER_EFFECT) {
            T result = operation.run();
            if (failure == Failure.CRASH_AFTER) {
                throw new Crash();
            }
            if (result instanceof FileChannel channel) {
                channel.close();
            }
        }
        throw new IOException("Input/output error");
    }

    private void runWork(Operation<?> operation) throws IOException {
        run(operation);
    }

    private static Operation<?> nothing(Work work) {
        return () -> {
            work.run();
            return "";
        };
    }

    @Override
    protected FileChannel create(Path file) throws IOException {
        return run(() -> super.create(file));
    }

    @Override
    protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
        runWork(nothing(() -> super.write(file, bytes)));
    }

    @Override
    protected void force(FileChannel file) throws IOException {
        runWork(() -> "");
    }

    @Override
    protected void writeNote(Path file, Work write) throws IOException {
        runWork(nothing(write));
    }

    @Override
    protected void rename(Path to, Work rename) throws IOException {
        runWork(nothing(rename));
    }

    @Override
    protected void link(Path existing, Path name) throws IOException {
        runWork(nothing(() -> super.link(existing, name)));
    }

    @Override
    protected void delete(Path file, Work delete) throws IOException {
        runWork(nothing(delete));
    }

    @Override
    protected void setMode(Path file, Work change) throws IOException {
        runWork(nothing(change));
    }

    @Override
    protected byte[] readSmallFile(Path file) throws IOException {
        return run(() -> super.readSmallFile(file));
    }

    @Override
    protected void writeSmallFile(Path file, byte[] content) throws IOException {
        run(() -> Files.write(file, content));
    }

    @Override
    protected void forceDirectory(Path directory, Work force) throws IOException {
        runWork(() -> "");
    }
}
