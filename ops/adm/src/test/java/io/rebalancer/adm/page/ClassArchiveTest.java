package io.rebalancer.adm.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The distribution stores the classes of each program for faster starts. A JVM that crashes meanwhile would leave none. */
@Tag("slow")
@EnabledIfSystemProperty(named = "cli.distribution", matches = ".+\\.tar\\.gz")
class ClassArchiveTest {
    @TempDir
    private Path directory;

    private Path run(String... command) throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(() -> List.of(command).toString()).isZero();
        return output;
    }

    @Test
    void eachProgramHasAnArchive() throws Exception {
        run(
                "tar",
                "-xzf",
                Path.of(System.getProperty("cli.distribution")).toRealPath().toString(),
                "--strip-components=1");
        Path output = run("bin/rebalancer", "archive-classes");
        try (Stream<Path> files = Files.list(directory.resolve("lib"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".jsa"))
                            .map(name -> name.replaceAll("-[0-9].*", "")))
                    .as(Files.readString(output))
                    .containsExactlyInAnyOrder("adm", "agent-node", "manager-node", "playground");
        }
    }
}
