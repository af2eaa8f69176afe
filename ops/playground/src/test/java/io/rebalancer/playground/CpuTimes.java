package io.rebalancer.playground;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processor time of processes of this machine, in seconds, as the kernel counts it in ticks of 10 ms. */
final class CpuTimes {
    private static final double TICKS_PER_SECOND = 100;
    /** Positions after the name of the process, which is in parentheses and may contain spaces. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;
    private static final List<String> COMPILERS = List.of("C1 CompilerThre", "C2 CompilerThre");

    private CpuTimes() {}

    /** Of a process, its living descendants, and the ended ones that their parents have waited for. */
    static double ofProcess(long pid) throws IOException {
        double total = times(Path.of("/proc/" + pid + "/stat"), USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM);
        List<ProcessHandle> descendants = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
        for (ProcessHandle each : descendants) {
            total += times(Path.of("/proc/" + each.pid() + "/stat"), USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM);
        }
        return total;
    }

    /**
     * Of the compiler threads of a JVM. With more than two processors, a JVM may have ended some of them; then the time is a
     * lower bound.
     */
    static double ofCompilers(long pid) throws IOException {
        double total = 0;
        List<Path> threads;
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/task"))) {
            threads = all.toList();
        }
        for (Path thread : threads) {
            if (COMPILERS.contains(name(thread))) {
                total += times(thread.resolve("stat"), USER, SYSTEM);
            }
        }
        return total;
    }

    private static String name(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (NoSuchFileException e) {
            // The thread has ended in the meantime.
            return "";
        }
    }

    private static double times(Path file, int... positions) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            // The process has ended in the meantime; its parent has its time.
            return 0;
        }
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        double ticks = 0;
        for (int position : positions) {
            ticks += Long.parseLong(fields[position]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}
