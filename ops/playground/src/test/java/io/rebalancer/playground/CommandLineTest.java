package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong usage prints one line on standard error and nothing else, and the exit code is not zero. */
@Tag("slow")
class CommandLineTest {

    @TempDir
    private Path directory;

    private record Result(int code, List<String> out, List<String> err) {}

    private Result run(String main, String... arguments) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        int code = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Result(code, Files.readAllLines(out), Files.readAllLines(err));
    }

    private void assertOneLine(Result result, String expected) {
        assertThat(result.code()).isNotZero();
        assertThat(result.err())
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("rebalancer ").contains(expected));
        assertThat(result.out()).noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --objects -1            | --objects must be 0 to
            --objects many          | --objects
            --nodes 2               | --nodes must be 3 to 50
            --shards 0              | --shards must be 1 to
            --object-size -5        | --object-size
            --port 0                | --port must be 1 to 65535
            --evacuate 9.stor.none  | no such storage node; there are 1.stor
            --from /does/not/exist  | is not a directory
            --nonsense              | --nonsense
            --no-evacuate           | --keep
            --no-evacuate --crash   | --crash
            """)
    void theMessageNamesTheWrongOption(String options, String expected) throws Exception {
        assertOneLine(run(PlaygroundCommand.class.getName(), options.strip().split(" +")), expected);
    }

    @Test
    void theMessageNamesAnUnusableDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertOneLine(
                run(
                        PlaygroundCommand.class.getName(),
                        "--dir",
                        file.resolve("sub").toString()),
                file.toString());
        Path foreign = Files.createDirectories(directory.resolve("foreign"));
        Files.writeString(foreign.resolve("precious"), "x");
        assertOneLine(run(PlaygroundCommand.class.getName(), "--dir", foreign.toString()), "not empty");
        assertThat(foreign.resolve("precious")).hasContent("x");
    }

    @Test
    void theMessageNamesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Result result = run(
                    PlaygroundCommand.class.getName(),
                    "--objects",
                    "0",
                    "--dir",
                    directory.resolve("run").toString(),
                    "--port",
                    String.valueOf(taken.getLocalPort()));
            assertOneLine(result, "--port " + taken.getLocalPort());
        }
    }

    @ParameterizedTest
    @CsvSource({"io.rebalancer.manager.node.ManagerCommand", "io.rebalancer.agent.node.AgentCommand"})
    void aNodeThatCannotStartReportsTheCause(String main) throws Exception {
        assertOneLine(run(main), "--config");
        assertOneLine(run(main, "--config", directory.resolve("none.conf").toString()), "none.conf");
        Path empty = Files.writeString(directory.resolve("empty.conf"), "");
        assertOneLine(run(main, "--config", empty.toString()), "rebalancer.");
        Path wrong = Files.writeString(
                directory.resolve("wrong.conf"),
                "rebalancer.cluster.port = soon\n" + """
                rebalancer.manager { storinfo = "http://s", moray-shards = [{number = 1, host = h, port = 1}] }
                rebalancer.agent { storage-id = "1.stor", root = "/tmp" }
                """ + "rebalancer.manager.data-dir = \""
                        + directory.resolve("data") + "\"");
        assertOneLine(run(main, "--config", wrong.toString()), "port");
    }
}
