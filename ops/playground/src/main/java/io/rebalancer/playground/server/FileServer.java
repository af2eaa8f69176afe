package io.rebalancer.playground.server;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** The file server of a storage node, {@code GET /OWNER/OBJECT} (manta.md 9.4). Counts the fetches of each object. */
public final class FileServer extends AllDirectives {
    private final Path root;
    private final Map<UUID, Integer> fetches = new ConcurrentHashMap<>();

    /** @param root directory of the object files */
    public FileServer(Path root) {
        this.root = root;
    }

    /** @param port port to listen on, or 0 for a free port */
    public CompletionStage<ServerBinding> start(ActorSystem<?> system, String host, int port) {
        return Http.get(system).newServerAt(host, port).bind(routes());
    }

    /** Number of fetches of each object. */
    public Map<UUID, Integer> fetches() {
        return Map.copyOf(fetches);
    }

    /** Resets the counts to zero. */
    public void resetFetches() {
        fetches.clear();
    }

    private Route routes() {
        return path(
                PathMatchers.segment().slash(PathMatchers.segment()),
                (owner, object) ->
                        concat(get(() -> serve(owner, object, true)), head(() -> serve(owner, object, false))));
    }

    /** Parses both names and formats them again, so that no text of a request reaches a path. */
    private Route serve(String owner, String object, boolean counted) {
        Optional<UUID> ownerId = uuid(owner);
        Optional<UUID> objectId = uuid(object);
        if (ownerId.isEmpty() || objectId.isEmpty()) {
            return complete(StatusCodes.NOT_FOUND);
        }
        Path file =
                root.resolve(ownerId.get().toString()).resolve(objectId.get().toString());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return complete(StatusCodes.NOT_FOUND);
        }
        if (counted) {
            fetches.merge(objectId.get(), 1, Integer::sum);
        }
        return getFromFile(file.toFile(), ContentTypes.APPLICATION_OCTET_STREAM);
    }

    private static Optional<UUID> uuid(String text) {
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.toString().equals(text) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
