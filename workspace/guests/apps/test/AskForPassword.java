import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Answers one request with the Authorization field it has, 401 without, and ends. {@code java AskForPassword.java PORTFILE} */
class AskForPassword {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String found = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] body = ("Authorization: " + found).getBytes();
            exchange.sendResponseHeaders(found == null ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            server.stop(0);
        });
        server.start();
        Path file = Path.of(arguments[0]);
        Files.writeString(file.resolveSibling("asks.new"),
                "listening on 127.0.0.1:" + server.getAddress().getPort() + "\n");
        Files.move(file.resolveSibling("asks.new"), file);
    }
}
