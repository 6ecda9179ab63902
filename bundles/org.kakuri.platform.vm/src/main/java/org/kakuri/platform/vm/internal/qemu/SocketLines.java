package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A UNIX socket that the user's QEMU listens on. */
final class SocketLines implements Lines {
    private final SocketChannel channel;

    private SocketLines(SocketChannel channel) {
        this.channel = channel;
    }

    static SocketLines connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new SocketLines(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public int read(byte[] to) throws IOException {
        try {
            return channel.read(ByteBuffer.wrap(to));
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }

    @Override
    public void write(byte[] from) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(from);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(SocketLines.class.getName()).log(System.Logger.Level.DEBUG, "closing a QMP socket", e);
        }
    }
}
