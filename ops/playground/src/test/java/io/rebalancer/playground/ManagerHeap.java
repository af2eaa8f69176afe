package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measures what is live in the heap of a process of this machine. */
final class ManagerHeap {
    /** A line of a generation of the serial collector. */
    private static final Pattern GENERATION = Pattern.compile("(?:def new|tenured) generation .*used (\\d+)K");

    private ManagerHeap() {}

    /** Bytes that are in use after a full collection. */
    static long liveBytes(long pid) throws IOException, InterruptedException {
        // The first collection lets cleaners run, which free what only they held.
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        String info = jcmd(pid, "GC.heap_info");
        Matcher generations = GENERATION.matcher(info);
        long kilobytes = 0;
        while (generations.find()) {
            kilobytes += Long.parseLong(generations.group(1));
        }
        assertThat(kilobytes).as(info).isPositive();
        return kilobytes * 1024;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
