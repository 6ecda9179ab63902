# walk BYTES PASSES: maps BYTES of memory and walks over it PASSES times, one page after the other. Each visit of a page adds one
# to its first word and, at the first, notes the page's address in its second; the last pass only checks both.
# Ends with 0, with 1 if a page is not what it should be, with 2 if it was used wrongly.
#
# Built by: as walk.s -o walk.o && ld -static -n -s -z noexecstack --build-id=none walk.o -o walk
.intel_syntax noprefix
.globl _start
.text
_start:
  cmp qword ptr [rsp], 3
  jne usage
  mov rsi, [rsp+16]
  call number
  mov r14, rax
  mov rsi, [rsp+24]
  call number
  mov r12, rax
  test r14, r14
  jz usage
  cmp r12, 2
  jb usage
  mov eax, 9
  xor edi, edi
  mov rsi, r14
  mov edx, 3
  mov r10d, 0x22
  mov r8, -1
  xor r9d, r9d
  syscall
  cmp rax, -4096
  ja usage
  mov rbx, rax
  lea r15, [rbx+r14]
  mov rbp, 1
pass:
  mov rdi, rbx
page:
  cmp rbp, r12
  je check
  inc qword ptr [rdi]
  cmp rbp, 1
  jne next
  mov [rdi+8], rdi
next:
  add rdi, 4096
  cmp rdi, r15
  jb page
  inc rbp
  cmp rbp, r12
  jbe pass
  xor edi, edi
  jmp end
check:
  lea rax, [r12-1]
  cmp [rdi], rax
  jne wrong
  cmp [rdi+8], rdi
  je next
wrong:
  mov edi, 1
  jmp end
usage:
  mov edi, 2
end:
  mov eax, 231
  syscall
number:
  xor eax, eax
digit:
  movzx ecx, byte ptr [rsi]
  sub ecx, 48
  cmp ecx, 9
  ja done
  imul rax, rax, 10
  add rax, rcx
  inc rsi
  jmp digit
done:
  ret
