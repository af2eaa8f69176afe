package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The web console shows a command of this program beside each action: the command and its options exist. */
class ConsoleCommandsTest {
    private static final Path CONSOLE = Path.of("../../http-api/src/main/resources/io/rebalancer/http/console");
    /** The words of a command begin with two literals, or with one and a name that is known only in the browser. */
    private static final Pattern SHOWN =
            Pattern.compile("(?:adm\\(|command: \\[)'(\\w+)', (?:'([\\w-]+)'|\\w+)([^\\n]*)");

    private static final Pattern OPTION = Pattern.compile("'(--[\\w-]+)'");

    private record Shown(Path file, String group, String name, List<String> options) {}

    private static List<Shown> shown() throws IOException {
        List<Shown> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(CONSOLE)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".js")).toList()) {
                Matcher found = SHOWN.matcher(Files.readString(file));
                while (found.find()) {
                    String name = found.group(2) == null ? "" : found.group(2);
                    List<String> options = OPTION.matcher(found.group(3))
                            .results()
                            .map(option -> option.group(1))
                            .toList();
                    all.add(new Shown(file.getFileName(), found.group(1), name, options));
                }
            }
        }
        return all;
    }

    /** The options of each command, by its words. */
    private static Map<String, Set<String>> commands(CommandLine command, String words) {
        Map<String, Set<String>> found = new HashMap<>();
        found.put(words, command.getCommandSpec().optionsMap().keySet());
        command.getSubcommands()
                .forEach((name, each) -> found.putAll(commands(each, words.isEmpty() ? name : words + " " + name)));
        return found;
    }

    @Test
    void everyCommandThatTheConsoleShowsExists() throws IOException {
        try (ServedCommand command = ServedCommand.start(request -> new ServedCommand.Response(200, "[]"))) {
            Map<String, Set<String>> commands = commands(command.tree(), "");
            List<Shown> shown = shown();
            assertThat(shown).hasSizeGreaterThan(20);
            for (Shown each : shown) {
                String words = each.name().isEmpty() ? each.group() : each.group() + " " + each.name();
                assertThat(commands).as(each.toString()).containsKey(words);
                if (!each.name().isEmpty()) {
                    assertThat(commands.getOrDefault(words, Set.of()))
                            .as(each.toString())
                            .containsAll(each.options());
                }
            }
            // Their second words are known only in the browser.
            assertThat(commands)
                    .containsKeys(
                            "job pause", "job resume", "job cancel", "job retry", "node exclude", "node recommission");
            assertThat(commands).containsKeys("cluster leave", "cluster down", "settings set", "settings reset");
            assertThat(shown.stream()
                            .filter(each -> each.name().equals("window"))
                            .map(Shown::options))
                    .containsExactly(List.of("--time-zone", "--blackout"));
        }
    }
}
