package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a class in a separate process that kills itself at a step of storing an object. */
final class KilledProcess {
    /** How an exit after SIGKILL looks. */
    private static final int KILLED = 137;

    private KilledProcess() {}

    /**
     * Waits until the process has killed itself.
     *
     * @param main gets the object root, the step, and n: it kills itself at the nth time
     * @param directory for the output of the process, outside of the object root
     * @return the whole lines that it printed
     */
    static List<String> outputOf(Class<?> main, Path root, Path directory, StoreUntilKilled.Step step, int times)
            throws Exception {
        Path out = directory.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        root.toString(),
                        step.name(),
                        String.valueOf(times))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS))
                .as("the process kills itself")
                .isTrue();
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(text).isEqualTo(KILLED);
        // The kill may have truncated the last line.
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }
}
