package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options with which {@code bin/rebalancer} starts a JVM, in a distribution whose JVM prints its arguments. */
class LauncherTest {
    @TempDir
    private Path home;

    @BeforeEach
    void unpack() throws Exception {
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Path.of("../../bin/rebalancer"), home.resolve("bin/rebalancer"));
        Files.createDirectories(home.resolve("lib"));
        for (String module : List.of("manager-node", "agent-node", "adm")) {
            Files.createFile(home.resolve("lib/" + module + "-1.jar"));
        }
        Path java = Files.writeString(
                Files.createDirectories(home.resolve("jdk/bin")).resolve("java"), "#!/bin/sh\necho \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    private List<String> arguments(String command, String options) throws Exception {
        ProcessBuilder start =
                new ProcessBuilder("bash", home.resolve("bin/rebalancer").toString(), command);
        start.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        start.environment().put("REBALANCER_JAVA_OPTS", options);
        Process process = start.redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return List.of(printed.strip().split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"manager", "agent"})
    void aNodeHasABoundedHeapAndEndsWithoutMemory(String command) throws Exception {
        assertThat(arguments(command, "-Da=b")).contains("-XX:+ExitOnOutOfMemoryError", "-Xmx1g", "-Da=b");
        for (String size : List.of("-Xmx3g", "-XX:MaxRAMPercentage=50")) {
            assertThat(arguments(command, size)).contains(size).doesNotContain("-Xmx1g");
        }
    }

    @Test
    void aToolHasTheHeapOfTheJvm() throws Exception {
        assertThat(arguments("adm", "")).noneMatch(option -> option.startsWith("-Xmx"));
    }

    @Test
    void theCommandLineHasAJvmForShortRunsUnlessAnotherCollectorIsChosen() throws Exception {
        assertThat(arguments("adm", "")).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        assertThat(arguments("adm", "-XX:+UseG1GC")).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
        assertThat(arguments("manager", "")).doesNotContain("-XX:TieredStopAtLevel=1");
    }

    /** Off a terminal, nothing is redrawn. */
    @Test
    void theWidthOfATerminalIsSetOnATerminalOnly() throws Exception {
        assertThat(arguments("adm", "")).noneMatch(option -> option.contains("terminal-width"));
    }

    @Test
    void anArchiveOfClassesIsUsedIfThereIsOne() throws Exception {
        assertThat(arguments("adm", "")).noneMatch(option -> option.contains("SharedArchiveFile"));
        Path archive = Files.createFile(home.resolve("lib/adm-1.jsa"));
        assertThat(arguments("adm", "")).contains("-XX:SharedArchiveFile=" + archive);
    }
}
