// Signing in and registering.
import { register, signIn } from "../api";
import { busy, field, h, input } from "../dom";

export function signInPage(main: HTMLElement, done: () => void): void {
  let isNew = false;
  const draw = (): void => {
    const name = input("name", "", { autocomplete: "name", required: true, maxlength: 80 });
    const email = input("email", "", { type: "email", autocomplete: "username", required: true });
    const password = input("password", "", {
      type: "password", autocomplete: isNew ? "new-password" : "current-password", required: true, minlength: isNew ? 10 : 1,
    });
    const send = h("button", { class: "primary", type: "submit" }, isNew ? "Create account" : "Sign in");
    const form = h(
      "form", { class: "card narrow" },
      h("h1", {}, isNew ? "Create your account" : "Welcome back"),
      h("p", { class: "lead" }, "Thirty posts from one brief: written, checked, reviewed, delivered."),
      isNew ? field("Name", name) : null,
      field("E-mail", email),
      field("Password", password, isNew ? "At least 10 characters." : undefined),
      send,
      h("p", { class: "switch" }, isNew ? "You have an account? " : "New here? ", link(isNew ? "Sign in" : "Create an account", () => { isNew = !isNew; draw(); })),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(send, async () => {
        await (isNew ? register(name.value, email.value, password.value) : signIn(email.value, password.value));
        history.replaceState(null, "", "#/");
        done();
      });
    });
    main.replaceChildren(form);
    (isNew ? name : email).focus();
  };
  draw();
}

function link(words: string, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "link" }, words);
  element.addEventListener("click", act);
  return element;
}
