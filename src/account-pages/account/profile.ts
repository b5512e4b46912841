import { type Page, Redirect } from '../page';
import { cards } from '../view/card';
import { button, doneNotice, field, form } from '../view/form';

/** What others see of somebody, and the language of mails and pages. */
export const profilePage: Page = {
  path: '/profile',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to } = visit;
    const { username, name, bio, pictureUrl, locale } = await visit.call('profile');
    return cards(visit, tried, 'profile.title', [
      doneNotice(visit, tried, { saved: 'done.saved' }),
      form(
        'save',
        to('/profile'),
        field(visit, tried, {
          name: 'username',
          label: 'field.username',
          autocomplete: 'username',
          value: username,
          hint: say('hint.username'),
        }),
        field(visit, tried, { name: 'name', label: 'field.name', autocomplete: 'name', value: name, isOptional: true }),
        field(visit, tried, { name: 'bio', label: 'field.bio', autocomplete: 'off', value: bio, isOptional: true, isLong: true }),
        field(visit, tried, {
          name: 'picture_url',
          label: 'field.pictureUrl',
          autocomplete: 'photo',
          value: pictureUrl,
          isOptional: true,
          inputmode: 'url',
        }),
        field(visit, tried, {
          name: 'locale',
          label: 'field.locale',
          autocomplete: 'language',
          value: locale,
          isOptional: true,
          hint: say('hint.locale'),
        }),
        button(say('button.save')),
      ),
    ]);
  },
  press: {
    save: async (visit, { username = '', name, bio, picture_url: pictureUrl, locale }) => {
      const emptied = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);
      const input = {
        username,
        name: emptied(name),
        bio: emptied(bio?.replaceAll('\r\n', '\n')),
        pictureUrl: emptied(pictureUrl),
        locale: emptied(locale),
      };
      await visit.call('updateProfile', input);
      return new Redirect(visit.to('/profile', { done: 'saved' }));
    },
  },
};
